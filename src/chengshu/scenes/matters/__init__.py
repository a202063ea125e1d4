"""Service matters and powers."""
