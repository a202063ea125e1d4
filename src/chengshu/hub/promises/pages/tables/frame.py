"""What the pages about the tables share: the year asked for and the way here."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from chengshu.foundation.errors import Words
from chengshu.foundation.web.shell import Crumb, Option
from chengshu.hub.promises.models import BudgetYear
from chengshu.hub.promises.pages.board import wording
from chengshu.hub.promises.queries.years import year_named, years


def frame(request: HttpRequest, title: Words) -> tuple[BudgetYear | None, dict[str, Any]]:
    """The year that the address names, and what every page of this group shows around its content."""
    known = years()
    year = year_named(request.GET.get("year", ""), known)
    suffix = wording.with_year("", year, known[0]) if year else ""
    return year, {
        "title": title,
        "year": year,
        "years": [Option(str(one.year), str(one.year)) for one in known],
        "suffix": suffix,
        "breadcrumbs": [Crumb(_("Promise board"), reverse("promises:board") + suffix), Crumb(title)],
    }


def address_of(ref: str, suffix: str = "") -> str:
    """The page of a promise (``P36#1``, ``D16``) or of a form (``P36``, ``D``); empty for anything else."""
    if "#" in ref or (ref.startswith("D") and ref[1:].isdigit()):
        return reverse("promises:indicator", kwargs={"slug": wording.slug_of(ref)}) + suffix
    if ref == "D" or (ref.startswith("P") and ref[1:].isdigit()):
        return reverse("promises:project", kwargs={"ref": ref}) + suffix
    return ""
