"""Writing as the prober: results are no acts of people, and an audit entry for each would bury the chain.

What people change goes through actions; what only the prober may write, not even an action of this app may.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chengshu.foundation import prepared
from chengshu.foundation.asking import asking, system


@contextmanager
def as_prober(name: str) -> Iterator[None]:
    """One transaction that reads everything and writes what the prober writes.

    :param name: who writes, such as ``probes``
    """
    with asking(system(name, "worker")):
        prepared.tell({"chengshu.machine": "probes"})
        yield
        prepared.tell({"chengshu.machine": ""})
