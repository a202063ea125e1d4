"""Facts that happened, delivered after commit: at least once, in order per event, each listener on its own."""
