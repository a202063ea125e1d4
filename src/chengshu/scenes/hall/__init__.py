"""Service hall."""
