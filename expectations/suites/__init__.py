"""The suites: one module per table or subject, each rule a line. How rules are run is not here."""
