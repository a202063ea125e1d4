"""Writing as a machine: the transactions of the pump and the gateway, which are nobody's actions.

Telemetry is no act of a person: an audit entry for every batch would bury the chain. Row policies let the tables
that machines write be written only here or in an action.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chengshu.foundation import prepared
from chengshu.foundation.asking import asking, system


@contextmanager
def as_machine(name: str) -> Iterator[None]:
    """One transaction that reads everything and writes what machines write.

    :param name: which machine, such as ``streams.pump``
    """
    with asking(system(name, "worker")):
        prepared.tell({"chengshu.machine": "streams"})
        yield
        prepared.tell({"chengshu.machine": ""})
