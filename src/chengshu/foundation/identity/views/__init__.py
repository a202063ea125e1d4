"""Pages: signing in, one's own account, other accounts."""
