"""A view with its words as HTML, a module per page. No SQL, no figure computed."""
