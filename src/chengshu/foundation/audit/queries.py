"""What the audit administrator reads: entries by filters, one entry, and its neighbours in the chain."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.models import AuditAnchor, AuditEntry, Outcome
from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.foundation.orgs.permissions import known_permissions, permission_title
from chengshu.foundation.web.shell import Page

PAGE_SIZE = 50


@dataclass(frozen=True)
class Search:
    """What is looked for; empty fields look for everything.

    :param action: part of an action's name or of its title
    :param thing: a reference such as ``promises.form:17``, or its beginning
    :param since: first day, ``2026-01-31``
    :param until: last day, included
    :param text: words in the reason or in what was given and changed
    """

    actor: str = ""
    action: str = ""
    outcome: str = ""
    thing: str = ""
    unit: str = ""
    ip: str = ""
    since: str = ""
    until: str = ""
    text: str = ""

    @classmethod
    def of(cls, given: dict[str, str]) -> Search:
        """From a query string; unknown keys are passed over."""
        return cls(**{one.name: given.get(one.name, "").replace("\x00", "").strip() for one in fields(cls)})

    def as_query(self) -> dict[str, str]:
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name))}


@dataclass(frozen=True)
class Found:
    """One page of entries, newest first."""

    rows: list[AuditEntry]
    page: Page


def entries(search: Search) -> QuerySet[AuditEntry]:
    """Entries that match, in no particular order.

    :raises InvalidInput: if a day is none
    """
    found = AuditEntry.objects.filter(
        actor__icontains=search.actor, unit_name__icontains=search.unit, thing__istartswith=search.thing
    )
    if search.outcome in Outcome.values:
        found = found.filter(outcome=search.outcome)
    if search.action:
        found = found.filter(Q(action__icontains=search.action) | Q(action__in=_titled(search.action)))
    if search.ip:
        found = found.filter(ip__startswith=search.ip)
    if search.since:
        found = found.filter(at__gte=_midnight(_day(search.since, "since")))
    if search.until:
        found = found.filter(at__lt=_midnight(_day(search.until, "until") + timedelta(days=1)))
    if search.text:
        found = found.annotate(details_text=Cast("details", TextField())).filter(
            Q(reason__icontains=search.text) | Q(details_text__icontains=search.text)
        )
    return found


def page_of(search: Search, cursor: str = "") -> Found:
    """One page of what matches.

    :param cursor: ``n:ID`` for the entries older than that one, ``p:ID`` for the newer ones
    """
    direction, _colon, mark = cursor.partition(":")
    number = int(mark) if mark.isascii() and mark.isdecimal() and len(mark) < 19 else None
    backwards = direction == "p" and number is not None
    found = entries(search)
    if number is not None:
        found = found.filter(pk__gt=number) if backwards else found.filter(pk__lt=number)
    rows = list(found.order_by("pk" if backwards else "-pk")[: PAGE_SIZE + 1])
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if backwards:
        rows.reverse()
    has_previous = more if backwards else number is not None
    has_next = backwards or more
    page = Page(
        shown=len(rows),
        previous=f"p:{rows[0].pk}" if rows and has_previous else "",
        next=f"n:{rows[-1].pk}" if rows and has_next else "",
    )
    return Found(rows, page)


def entry_by_id(entry_id: int) -> AuditEntry:
    """
    :raises Missing: if there is none
    """
    found = AuditEntry.objects.filter(pk=entry_id).first()
    if found is None:
        raise Missing(_("There is no such audit entry."), code="audit_entry_missing")
    return found


def neighbours(entry: AuditEntry) -> tuple[AuditEntry | None, AuditEntry | None]:
    """The entry that this one links to and the one that links to it."""
    lane = AuditEntry.objects.filter(lane=entry.lane, position__in=(entry.position - 1, entry.position + 1))
    found = {one.position: one for one in lane}
    return found.get(entry.position - 1), found.get(entry.position + 1)


def last_verification() -> AuditEntry | None:
    return (
        AuditEntry.objects.filter(action="audit.verify_chain", outcome=Outcome.DONE).order_by("-pk").first()
    )


def last_anchor() -> AuditAnchor | None:
    return AuditAnchor.objects.order_by("-pk").first()


def _titled(words: str) -> list[str]:
    lowered = words.lower()
    return [name for name in known_permissions() if lowered in str(permission_title(name)).lower()]


def _day(text: str, field: str) -> date:
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise InvalidInput(
            _("“%(day)s” is no day.") % {"day": text},
            field=field,
            code="day",
            hint=_("Write it as 2026-01-31."),
        )
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
