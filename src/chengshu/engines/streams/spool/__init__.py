"""A durable local log of what came in, between the moment it is acknowledged and the moment it is stored.

A stream is a folder of segment files that only ever grow at the end. One process writes a stream, any number read
it. What :meth:`SpoolWriter.add` has confirmed is on the disk and is read back in the order in which it was added,
whatever dies in between. It is no queue: readers keep their own place, and a whole segment goes when the last of
them is past it.
"""

from chengshu.engines.streams.spool.disk import Disk
from chengshu.engines.streams.spool.reading import Batch, SpoolReader, discard, streams
from chengshu.engines.streams.spool.records import Raw, decode, encode
from chengshu.engines.streams.spool.segments import LARGEST_RECORD, SpoolFull
from chengshu.engines.streams.spool.writing import Limits, SpoolWriter

__all__ = [
    "LARGEST_RECORD",
    "Batch",
    "Disk",
    "Limits",
    "Raw",
    "SpoolFull",
    "SpoolReader",
    "SpoolWriter",
    "decode",
    "discard",
    "encode",
    "streams",
]
