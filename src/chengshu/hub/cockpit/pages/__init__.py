"""The pages of the cockpit, one module per kind of page."""
