"""The mathematics of sampling: frames, allocation, draws that anybody can repeat, estimates with their intervals.

Pure functions over plain values: no database, no clock, no random numbers but those that the seed gives. Shares are
computed as floating-point numbers, as statistics are, and leave as :class:`~decimal.Decimal` of six places.
"""
