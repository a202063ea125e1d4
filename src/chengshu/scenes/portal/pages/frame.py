"""What every page of the portal is drawn with: the words of the catalogue in the reader's script, links, names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from chengshu.foundation.errors import ChengshuError, Words
from chengshu.foundation.http.pages import render
from chengshu.hub.services.limits import words_of
from chengshu.scenes.portal import wording
from chengshu.scenes.portal.chinese import is_chinese_page, shown

VERIFY = "services:verify"
"""The public page that verifies a paper by its code."""


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page of the portal."""
    return render(request, template, {**_shared(), **(context or {})}, status=status)


def _shared() -> dict[str, Any]:
    return {
        "zh": shown,
        "english": not is_chinese_page(),
        "has_chinese": True,
        "limit": words_of,
        "label_names": wording.LABELS,
        "task_types": wording.TASK_TYPES,
        "regions": wording.REGIONS,
        "tone_of": wording.status_tone,
        "finished": wording.FINISHED,
        "home_url": reverse("portal:home"),
        "public_links": [(label, reverse(name)) for label, name in _links()],
        "verify_url": _optional(VERIFY),
    }


def _links() -> Sequence[tuple[Words, str]]:
    return (
        (_("Find a matter"), "portal:find"),
        (_("One thing"), "portal:bundles"),
        (_("My applications"), "portal:mine"),
        (_("Progress"), "portal:progress"),
    )


def _optional(route: str) -> str:
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""


def sentence(error: ChengshuError) -> str:
    """What is wrong and what to do next, as one line."""
    return f"{error.message} {error.hint}".strip()
