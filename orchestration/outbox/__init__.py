"""What goes back to those who deliver: a page and a table for each unit."""
