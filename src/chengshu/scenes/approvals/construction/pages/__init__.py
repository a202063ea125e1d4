"""Pages of the construction part: parse, call one action or query, render."""
