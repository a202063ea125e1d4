"""Coroutines in a loop of their own: the browser driver keeps one running in the thread of the tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

T = TypeVar("T")


def run(
    coroutine: Coroutine[Any, Any, T], *, loops: Callable[[], asyncio.AbstractEventLoop] | None = None
) -> T:
    """What a coroutine gives, run to its end in another thread.

    :param loops: makes the loop; Python's own if not given
    """

    def in_thread() -> T:
        with asyncio.Runner(loop_factory=loops) as runner:
            return runner.run(coroutine)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(copy_context().run, in_thread).result()
