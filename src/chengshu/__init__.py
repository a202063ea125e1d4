"""Chengshu (城枢): the platform that runs a digital district and proves what it promised."""

__version__ = "0.1.0"
