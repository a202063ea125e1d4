"""Pages of forms and registers: parse, call one action or query, render."""
