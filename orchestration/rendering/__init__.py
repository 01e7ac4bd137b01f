"""HTML and text pages: the templates, the labels of codes, the page of a check."""
