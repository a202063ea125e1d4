"""Where drafts lead back to: the pages on which a form of a case is filled in."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse

from chengshu.engines.registers.api import register_subject


def _page(route: str) -> Callable[[str], str]:
    return lambda rest: reverse(route, args=[rest])


register_subject("start", _page("inbox:file"))
register_subject("case", _page("inbox:case"))
register_subject("task", _page("inbox:task"))
