"""Reads that only the portal needs: the topics of what is in force, and the halls that may take something in."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from chengshu.foundation.calendar import local_day
from chengshu.foundation.orgs.models import Unit

_TOPICS = """
    SELECT topic, count(*) FROM services_matterversion AS version,
        jsonb_array_elements_text(version.elements -> 'topics') AS topic
    WHERE version.offering = 'matter' AND version.effective_from <= %(day)s
        AND (version.effective_until IS NULL OR version.effective_until > %(day)s)
    GROUP BY topic ORDER BY count(*) DESC, topic
"""


@dataclass(frozen=True)
class Topic:
    """A topic of the catalogue with the number of matters in force."""

    key: str
    title: str
    count: int


def topics() -> tuple[Topic, ...]:
    """Every topic under which something is in force, the fullest first."""
    with connection.cursor() as cursor:
        cursor.execute(_TOPICS, {"day": local_day(timezone.now())})
        return tuple(Topic(str(key), str(key), int(count)) for key, count in cursor.fetchall())


def halls() -> tuple[tuple[int, str], ...]:
    """The units that receive applications for others: those with a post of the window."""
    found = Unit.objects.filter(posts__post_roles__role__key="window_clerk").distinct().order_by("path")
    return tuple((unit.pk, unit.shown_name) for unit in found)
