"""Measurements: each module is one, run as ``./chengshu bench NAME`` or ``python bench/NAME.py``."""
