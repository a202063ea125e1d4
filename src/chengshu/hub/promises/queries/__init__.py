"""What pages and endpoints read, one module per kind of page. Row-level security decides what anybody sees."""
