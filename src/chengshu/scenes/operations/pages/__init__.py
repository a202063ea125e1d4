"""HTTP of this scene: parse, call one action or query, render."""
