"""Notices to posts: short words with a way to the thing, kept until somebody has read them."""
