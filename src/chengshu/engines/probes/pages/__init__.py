"""Pages: the board, one target, forms, maintenance and secrets."""
