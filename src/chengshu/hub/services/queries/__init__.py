"""Reads; the database shows only what the asker may see."""
