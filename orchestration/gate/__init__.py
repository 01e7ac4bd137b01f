"""The quality gate: which suites run when, the published state they compare with, refusals, acceptances, pages."""
