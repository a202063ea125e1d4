"""Outside checks of what the district relies on: does it answer, how fast, since when not."""
