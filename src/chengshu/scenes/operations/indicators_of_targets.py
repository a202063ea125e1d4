"""What outside probes say of every target: one definition each for availability, outages and answer times.

Read from the figures of whole days, which the prober's engine reckons from its signed results after each midnight.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.api import register_indicators
from chengshu.engines.indicators.data import IndicatorDefinition, Subjects

OWNER = "data-bureau-proper"
_TARGETS = Subjects(
    _("Target of probes"),
    """
        SELECT t.key AS subject, t.title AS title, u.key AS unit, '/probes/targets/' || t.key || '/' AS url
        FROM probes_target t JOIN orgs_unit u ON u.id = t.unit_id
        WHERE t.retired_at IS NULL
    """,
)
_DAYS = """
    SELECT f.id AS key, f.day::text || ' ' || t.title AS label, '/probes/targets/' || t.key || '/?span=30d' AS url,
           t.simulated, t.key AS subject, VALUES
    FROM (
        SELECT DISTINCT ON (target_id, day) *
        FROM probes_dayfigure
        WHERE day >= %(first_day)s AND day <= %(last_day)s
        ORDER BY target_id, day, number DESC
    ) f
    JOIN probes_target t ON t.id = f.target_id
    WHERE CONDITION
"""
_OUTAGES = """
    SELECT o.id AS key,
           to_char(o.began_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') || ' ' || t.title AS label,
           '/probes/targets/' || t.key || '/' AS url, o.simulated, t.key AS subject,
           extract(epoch FROM o.ended_at - o.began_at) / 60 AS amount
    FROM probes_outage o JOIN probes_target t ON t.id = o.target_id
    WHERE o.ended_at >= %(since)s AND o.ended_at < %(until)s
"""


def _days(values: str, condition: str) -> str:
    return _DAYS.replace("VALUES", values).replace("CONDITION", condition)


register_indicators(
    IndicatorDefinition(
        name="operations.target_availability",
        title=_("Availability of a target"),
        meaning=_(
            "Of the counted time of the whole days in the period, the share in which the target was not out of order "
            "as probes from outside saw it. Maintenance announced beforehand, time without a result and time in which "
            "what it hangs on was out of order are not counted."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        subjects=_TARGETS,
        records_sql=_days("f.counted_us - f.down_us AS part, f.counted_us AS whole", "f.counted_us > 0"),
    ),
    IndicatorDefinition(
        name="operations.target_longest_outage",
        title=_("Longest outage of a target"),
        meaning=_(
            "Of the outages of the target that ended in the period, the longest from the first failure to the first "
            "success, in minutes by the wall clock."
        ),
        unit="min",
        kind="maximum",
        owner=OWNER,
        direction="lower",
        subjects=_TARGETS,
        records_sql=_OUTAGES,
    ),
    IndicatorDefinition(
        name="operations.target_time_to_restore",
        title=_("Time to restore a target"),
        meaning=_(
            "The mean length of the outages of the target that ended in the period, in minutes by the wall clock."
        ),
        unit="min",
        kind="mean",
        owner=OWNER,
        direction="lower",
        subjects=_TARGETS,
        records_sql=_OUTAGES,
    ),
    IndicatorDefinition(
        name="operations.target_answer_time",
        title=_("Answer time of a target"),
        meaning=_(
            "Of the whole days in the period, the largest 95th percentile of the answer times of a day, in seconds."
        ),
        unit="s",
        kind="maximum",
        owner=OWNER,
        direction="lower",
        subjects=_TARGETS,
        records_sql=_days("f.latency_p95_us / 1000000.0 AS amount", "f.latency_p95_us IS NOT NULL"),
    ),
)
