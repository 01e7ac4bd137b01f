"""Tools that write pages from the tests: mutation, the table of gate rules."""
