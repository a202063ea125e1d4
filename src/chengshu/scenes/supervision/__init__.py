"""Service supervision."""
