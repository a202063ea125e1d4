"""The audit chain: entries linked a second by one writer and by four, and how fast the whole chain is verified."""

from __future__ import annotations

import multiprocessing
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.measuring import Report, run

ENTRIES = 400
WRITERS = 4


def measure(report: Report, folder: Path) -> None:
    from django.db import connections

    from chengshu.foundation.asking import asking, system
    from chengshu.foundation.audit.verify import verify

    alone = report.add("entries linked, 1 writer, each committed", "/s", [ENTRIES / _write(ENTRIES)])
    for connection in connections.all():
        connection.close()
    context = multiprocessing.get_context("fork")
    begun = time.perf_counter()
    writers = [context.Process(target=_write, args=(ENTRIES,)) for _writer in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    together = ENTRIES * WRITERS / (time.perf_counter() - begun)
    report.add(f"entries linked, {WRITERS} writers, each committed", "/s", [together])
    report.add(f"ratio, {WRITERS} writers to 1", "×", [together / alone])
    with asking(system("bench", "cli")):
        begun = time.perf_counter()
        verified = verify()
        elapsed = time.perf_counter() - begun
    assert verified.is_sound, verified.broken[:3]
    report.add(
        "entries verified",
        "/s",
        [verified.entries / elapsed],
        f"{verified.entries} in {verified.lanes} lanes",
    )


def _write(count: int) -> float:
    """Seconds for ``count`` entries, each in a transaction of its own."""
    from chengshu.foundation.asking import system
    from chengshu.foundation.audit.chain import Entry, append_alone

    asker = system("bench", "cli")
    given = {"form": "promises.form:17", "reason": "核对后按申报数调整", "amount": "13074.48"}
    begun = time.perf_counter()
    for number in range(count):
        append_alone(Entry.of(asker, "promises.submit_form", "done", given={**given, "number": number}))
    return time.perf_counter() - begun


if __name__ == "__main__":
    raise SystemExit(run("audit", measure))
