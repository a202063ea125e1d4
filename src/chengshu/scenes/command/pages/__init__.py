"""The pages of this scene: parse, call one query or action, render."""
