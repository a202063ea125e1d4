"""What this part counts, and which promises of the printed tables that proves.

A case counts by the day on which its decision was taken. Days of the law and of the promise are those of the clocks as
they ran. Working days are never compared with natural days: such cases are examined and left out.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.api import register_indicators
from chengshu.engines.indicators.data import IndicatorDefinition, Parameter, Proves

PLANNING: Final = "land-planning-approval"
BUILDING: Final = "construction-approval"
PLANNING_MATTERS: Final = "^approvals[.](planning_permit|planning_verification|design_review|energy_review)$"
BUILDING_MATTERS: Final = "^approvals[.](construction_permit|joint_acceptance|completion_filing)$"
ALL_MATTERS: Final = (
    "^approvals[.](planning_permit|planning_verification|design_review|energy_review|construction_permit"
    "|joint_acceptance|completion_filing)$"
)
_DIMENSIONS: Final = {"matter": _("Matter")}


def _matters(default: str) -> dict[str, Parameter]:
    return {"matters": Parameter(_("Processes, as a regular expression"), default=default)}


_CASE: Final = """
    SELECT c.id AS key, c.number || ' ' || c.title AS label, '/inbox/cases/' || c.id || '/' AS url,
           c.simulated, d.key AS matter
"""
_FROM: Final = """
    FROM cases_case c
    JOIN cases_definition d ON d.id = c.definition_id AND d.key ~ %(matters)s
"""
_DECIDED_AT: Final = """
    JOIN LATERAL (
        SELECT max(h.at) AS at FROM cases_happening h
        WHERE h.case_id = c.id AND h.kind = 'status' AND h.details ->> 'status' IN ('11', '12', '13')
    ) decided ON decided.at >= %(since)s AND decided.at < %(until)s
"""
"""The last time a case took on a decision's status: also of cases that no clock runs for."""
_DECIDED: Final = _CASE + _FROM + _DECIDED_AT + " WHERE c.status IN ('11', '12', '13', '15')"
_WORKING_DAYS: Final = "l.limit ~ '^[1-9][0-9]*wd$' AND k.limit ~ '^[0-9]+wd$'"


def _clocked(columns: str, more: str = "") -> str:
    return (
        _CASE.rstrip()
        + f", {columns}"
        + _FROM
        + "JOIN cases_clock k ON k.case_id = c.id AND k.matter = 'decision' AND k.layer = 'promised'"
        + f" {more} WHERE c.status IN ('11', '12', '13', '15')"
        + " AND k.stopped_at >= %(since)s AND k.stopped_at < %(until)s"
    )


_COMPRESSION: Final = _clocked(
    f"{_WORKING_DAYS} AS counted, CASE WHEN {_WORKING_DAYS} THEN"
    " round(100 * (1 - substring(k.limit FROM '^[0-9]+')::numeric"
    " / substring(l.limit FROM '^[0-9]+')::numeric), 4) ELSE 0 END AS amount",
    "JOIN cases_clock l ON l.case_id = c.id AND l.matter = 'decision' AND l.layer = 'legal'",
)


def _within(matter: str) -> Proves:
    """A promise such as “4 working days” for one matter: every case of it within them."""
    refs = {"planning_verification": "P26#5", "planning_permit": "P26#6", "design_review": "P26#7"}
    return Proves(
        refs[matter],
        parameters={"matters": f"^approvals[.]{matter}$"},
        way={"statistic": "compliance_share", "share_target": "100"},
    )


register_indicators(
    IndicatorDefinition(
        name="approvals.construction_decided",
        title=_("Construction approvals completed"),
        meaning=_(
            "Cases of the planning and construction matters that were granted or refused in the period."
            " Withdrawn and not accepted ones do not count."
        ),
        unit="宗",
        kind="count",
        owner=BUILDING,
        records_sql=_DECIDED,
        parameters=_matters(ALL_MATTERS),
        dimensions=_DIMENSIONS,
        proves=("P27#1", "D12"),
    ),
    IndicatorDefinition(
        name="approvals.planning_cases",
        title=_("Planning cases handled"),
        meaning=_("Cases of the planning matters that were granted or refused in the period."),
        unit="宗",
        kind="count",
        owner=PLANNING,
        records_sql=_DECIDED,
        parameters=_matters(PLANNING_MATTERS),
        dimensions=_DIMENSIONS,
        proves=("P26#3",),
    ),
    IndicatorDefinition(
        name="approvals.site_visits",
        title=_("Visits and meetings held for construction projects"),
        meaning=_(
            "Visits, surveys and meetings that were held in the period; those called off do not count."
        ),
        unit="次",
        kind="count",
        owner=BUILDING,
        records_sql="""
            SELECT v.id AS key, v.purpose AS label, '/approvals/visits/' || v.id || '/' AS url, v.simulated,
                   v.state = 'held' AS counted, v.kind
            FROM approvals_sitevisit v
            WHERE v.starts_at >= %(since)s AND v.starts_at < %(until)s
        """,
        dimensions={"kind": _("Kind")},
        proves=("P27#3", "D11"),
    ),
    IndicatorDefinition(
        name="approvals.construction_on_time",
        title=_("Construction approvals decided within the promised time"),
        meaning=_(
            "Of the cases granted or refused in the period, those decided before the promised limit ended, lawful"
            " pauses left out. Cases without a promised limit do not count."
        ),
        unit="%",
        kind="rate",
        owner=BUILDING,
        records_sql=_clocked("k.stopped_at <= k.due_at AS counted"),
        parameters=_matters(ALL_MATTERS),
        dimensions=_DIMENSIONS,
        proves=(
            Proves("P27#5", parameters={"matters": BUILDING_MATTERS}),
            Proves("P26#4", parameters={"matters": PLANNING_MATTERS}),
            _within("planning_verification"),
            _within("planning_permit"),
            _within("design_review"),
        ),
    ),
    IndicatorDefinition(
        name="approvals.construction_compression",
        title=_("Compression of the lawful time of construction approvals, over cases"),
        meaning=_(
            "Mean over the decided cases of 1 − promised ÷ lawful working days. Cases for which the law counts natural"
            " days are examined and left out."
        ),
        unit="%",
        kind="mean",
        owner=BUILDING,
        records_sql=_COMPRESSION,
        parameters=_matters(ALL_MATTERS),
        dimensions=_DIMENSIONS,
        proves=("P27#4", "D21"),
    ),
    IndicatorDefinition(
        name="approvals.construction_compression_of_items",
        title=_("Compression of the lawful time of construction approvals, over matters"),
        meaning=_("The same, each matter weighing the same however many cases it had."),
        unit="%",
        kind="index",
        owner=BUILDING,
        records_sql=_COMPRESSION,
        sql=f"SELECT avg(of_matter) AS value FROM (SELECT avg(amount) AS of_matter FROM ({_COMPRESSION}) r"
        " WHERE counted GROUP BY matter) m",
        parameters=_matters(ALL_MATTERS),
        dimensions=_DIMENSIONS,
    ),
    IndicatorDefinition(
        name="approvals.expert_reviews",
        title=_("Expert reviews concluded"),
        meaning=_("Expert reviews of one field that were concluded in the period, with every opinion given."),
        unit="宗",
        kind="count",
        owner=PLANNING,
        records_sql="""
            SELECT r.id AS key, r.title AS label, '/approvals/reviews/' || r.id || '/' AS url, r.simulated, r.result
            FROM approvals_expertreview r
            WHERE r.state = 'concluded' AND r.kind = %(field)s
              AND r.concluded_at >= %(since)s AND r.concluded_at < %(until)s
        """,
        parameters={"field": Parameter(_("Field of the experts"), default="energy")},
        dimensions={"result": _("Result")},
        proves=("P26#1",),
    ),
    IndicatorDefinition(
        name="approvals.notices_and_reviews",
        title=_("Technical reviews completed and notices posted"),
        meaning=_(
            "Design reviews that were decided in the period, and public notices that were posted in it, withdrawn ones"
            " left out."
        ),
        unit="宗",
        kind="count",
        owner=PLANNING,
        records_sql="""
            SELECT 'notice-' || n.id AS key, n.title AS label, '/approvals/notices/' || n.number || '/' AS url,
                   n.simulated, n.state <> 'withdrawn' AS counted, 'notice' AS kind
            FROM approvals_publicnotice n
            WHERE n.posted_at >= %(since)s AND n.posted_at < %(until)s
            UNION ALL
            SELECT 'case-' || c.id, c.number || ' ' || c.title, '/inbox/cases/' || c.id || '/', c.simulated, true,
                   'review'
        """
        + _FROM
        + _DECIDED_AT
        + " WHERE c.status IN ('11', '12', '13', '15')",
        parameters=_matters("^approvals[.]design_review$"),
        dimensions={"kind": _("Kind")},
        proves=("P26#2",),
    ),
    IndicatorDefinition(
        name="approvals.notices_proved",
        title=_("Notices seen online throughout"),
        meaning=_(
            "Of the notices closed in the period, those that were seen online at every look and whose looks began"
            " within three hours of the posting."
        ),
        unit="%",
        kind="rate",
        owner=PLANNING,
        records_sql="""
            SELECT n.id AS key, n.title AS label, '/approvals/notices/' || n.number || '/' AS url, n.simulated,
                   coalesce(bool_and(s.shown) AND min(s.seen_at) <= n.posted_at + interval '3 hours', false) AS counted
            FROM approvals_publicnotice n
            LEFT JOIN approvals_noticesnapshot s ON s.notice_id = n.id AND s.seen_at <= n.closed_at
            WHERE n.state = 'closed' AND n.closed_at >= %(since)s AND n.closed_at < %(until)s
            GROUP BY n.id
        """,
    ),
)
