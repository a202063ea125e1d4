"""Streams: devices and what they send; measured, stored, watched."""
