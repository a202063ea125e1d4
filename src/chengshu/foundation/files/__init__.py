"""Files: content-addressed, checked by content, downloaded only within scope."""
