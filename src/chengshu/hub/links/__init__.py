"""Links: when an event of this name happens and a condition holds, then make this call. Rows, not code."""
