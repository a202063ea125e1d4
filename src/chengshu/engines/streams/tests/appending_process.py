"""A process that appends numbered records from several tasks and prints each number once it is durable.

python appending_process.py FOLDER FIRST_NUMBER
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from pathlib import Path

from chengshu.engines.streams.spool import Limits, SpoolWriter

TASKS = 8


async def append_numbers(folder: Path, first: int) -> None:
    numbers = itertools.count(first)
    writer = SpoolWriter(folder, Limits(window_s=0.001, segment_bytes=40_000, spare_bytes=0))

    async def one_after_the_other() -> None:
        for number in numbers:
            await writer.append([b"%d" % number + b"." * (number % 200)])
            os.write(1, b"%d\n" % number)

    await asyncio.gather(*(one_after_the_other() for _task in range(TASKS)))


if __name__ == "__main__":
    asyncio.run(append_numbers(Path(sys.argv[1]), int(sys.argv[2])))
