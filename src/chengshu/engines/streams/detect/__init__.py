"""Finds what is wrong with one recorded series: gaps, values that got stuck, spikes, shifts and broken patterns.

It looks at a whole series in retrospect and learns from that series alone: there is no trained model, no list of known
series, and nothing to set. It is not the live rule engine (``streams/rules``), which decides message by message.
"""

from chengshu.engines.streams.detect.finding import Finding, Kind
from chengshu.engines.streams.detect.running import detect
from chengshu.engines.streams.detect.series import BadRow, Series, read_series

__all__ = ["BadRow", "Finding", "Kind", "Series", "detect", "read_series"]
