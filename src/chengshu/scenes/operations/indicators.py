"""What operation and maintenance promises to the budget, computed from its own records.

Availability is proven by monthly reports alone: a service of which nobody has reckoned a month has no number.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.api import register_indicators
from chengshu.engines.indicators.data import IndicatorDefinition, Parameter, Proves
from chengshu.scenes.operations import indicators_of_platform, indicators_of_proofs, indicators_of_targets

__all__ = ["indicators_of_platform", "indicators_of_proofs", "indicators_of_targets"]

OWNER = "data-bureau-proper"
_PROJECT = {"project": Parameter(_("Project of the printed tables, as a pattern"), default="%")}
_SERVICE = {**_PROJECT, "service": Parameter(_("Key of the service, as a pattern"), default="%")}
_BY = {"contract": _("Contract")}

_LINES = """
    SELECT l.id AS key, r.month::text || ' ' || s.name || coalesce(' ' || d.name, '') AS label,
           '/operations/reports/' || r.id || '/' AS url, r.simulated, c.title AS contract,
           PART AS part, l.agreed_s - l.excluded_s AS whole
    FROM (
        SELECT DISTINCT ON (contract_id, month) id, contract_id, month, simulated
        FROM operations_monthlyreport
        WHERE month >= %(first_day)s AND month <= %(last_day)s
        ORDER BY contract_id, month, version DESC
    ) r
    JOIN operations_contract c ON c.id = r.contract_id
    JOIN operations_availabilityline l ON l.report_id = r.id
    JOIN operations_service s ON s.id = l.service_id
    LEFT JOIN operations_resource d ON d.id = l.resource_id
    WHERE c.project LIKE %(project)s AND s.key LIKE %(service)s AND l.agreed_s > l.excluded_s
"""
_TICKETS = """
    SELECT t.id AS key, t.number || ' ' || t.title AS label, '/operations/tickets/' || t.id || '/' AS url,
           t.simulated, c.title AS contract, COUNTED
    FROM operations_ticket t JOIN operations_contract c ON c.id = t.contract_id
    WHERE c.project LIKE %(project)s AND WHEN
"""
_REPORTS_DUE = """
    SELECT c.id || ' ' || to_char(m.month, 'YYYY-MM') AS key, c.title || ' ' || to_char(m.month, 'YYYY-MM') AS label,
           '/operations/contracts/' || c.id || '/' AS url, coalesce(r.simulated, false) AS simulated,
           c.title AS contract,
           coalesce(r.made_at < (due.day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', false) AS counted
    FROM operations_contract c
    CROSS JOIN LATERAL (
        SELECT coalesce(c.starts_on, (SELECT min(month) FROM operations_monthlyreport WHERE contract_id = c.id)) AS day
    ) begun
    CROSS JOIN LATERAL generate_series(
        date_trunc('month', begun.day::timestamp),
        least(%(last_day)s::date, coalesce(c.closed_on, c.ends_on, %(last_day)s::date))::timestamp,
        interval '1 month'
    ) AS m(month)
    CROSS JOIN LATERAL (SELECT (m.month + interval '1 month')::date + c.report_day - 1 AS day) due
    LEFT JOIN LATERAL (
        SELECT made_at, simulated FROM operations_monthlyreport
        WHERE contract_id = c.id AND month = m.month::date ORDER BY version LIMIT 1
    ) r ON true
    WHERE c.project LIKE %(project)s AND due.day >= %(first_day)s AND due.day <= %(last_day)s
"""


def _tickets(counted: str, when: str) -> str:
    return _TICKETS.replace("COUNTED", counted).replace("WHEN", when)


def _of(ref: str, **parameters: str) -> Proves:
    """A promise, asked of the contract of its own project."""
    return Proves(ref, parameters={"project": ref.partition("#")[0], **parameters})


def _longest(ref: str) -> Proves:
    return Proves(ref, parameters={"project": ref.partition("#")[0]}, way={"statistic": "maximum"})


register_indicators(
    IndicatorDefinition(
        name="operations.availability",
        title=_("Availability"),
        meaning=_(
            "Of the agreed service time of the reported months, less maintenance announced before it began, the "
            "share in which the service, or the device, was not out of order. The last version of each report counts."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql=_LINES.replace("PART", "l.agreed_s - l.excluded_s - l.down_s"),
        parameters=_SERVICE,
        dimensions=_BY,
        proves=(
            _of("P08#1"),
            _of("P09#5"),
            _of("P11#2"),
            _of("P13#3", service="network"),
            _of("P13#4", service="equipment"),
            _of("P19#8"),
            _of("P20#1", service="meeting"),
            _of("P20#2", service="display"),
            _of("P29#2"),
            _of("P41#3"),
            _of("P42#4"),
            _of("P43#3", service="monitor"),
            _of("P43#10", service="core"),
        ),
    ),
    IndicatorDefinition(
        name="operations.downtime",
        title=_("Share of time out of order"),
        meaning=_(
            "Of the agreed service time of the reported months, less maintenance announced before it began, the "
            "share in which the service was out of order."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        direction="lower",
        records_sql=_LINES.replace("PART", "l.down_s"),
        parameters=_SERVICE,
        dimensions=_BY,
        proves=(_of("P14#1"), _of("P21#2")),
    ),
    IndicatorDefinition(
        name="operations.longest_outage",
        title=_("Longest outage of the reported months"),
        meaning=_(
            "Of the reported months, the longest stretch in which a service, or a device of it, was out of order "
            "within its agreed time, in minutes. One that lasts into the next month counts in each with its part."
        ),
        unit="min",
        kind="maximum",
        owner=OWNER,
        direction="lower",
        records_sql=_LINES.replace(
            "PART AS part, l.agreed_s - l.excluded_s AS whole", "l.longest_s / 60.0 AS amount"
        ),
        parameters=_SERVICE,
        dimensions=_BY,
        proves=(_longest("P38#8"),),
    ),
    IndicatorDefinition(
        name="operations.responded_in_time",
        title=_("Faults responded to in time"),
        meaning=_(
            "Of the tickets whose response was due in the period by their contract, those responded to by then. "
            "Tickets of contracts without such a limit are not examined."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql=_tickets(
            "coalesce(t.responded_at <= t.respond_by, false) AS counted",
            "t.respond_by >= %(since)s AND t.respond_by < %(until)s",
        ),
        parameters=_PROJECT,
        dimensions=_BY,
        proves=(_of("P12#3"), _of("P13#5"), _of("P41#4"), _of("P42#1"), _of("P43#1")),
    ),
    IndicatorDefinition(
        name="operations.repaired_in_time",
        title=_("Faults repaired in time"),
        meaning=_(
            "Of the tickets whose repair was due in the period by their contract, those repaired by then. What the "
            "reporter sent back counts by its last repair."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql=_tickets(
            "coalesce(t.repaired_at <= t.repair_by, false) AS counted",
            "t.repair_by >= %(since)s AND t.repair_by < %(until)s",
        ),
        parameters=_PROJECT,
        dimensions=_BY,
        proves=(_of("P13#6"), _of("P42#3"), _of("P43#2")),
    ),
    IndicatorDefinition(
        name="operations.faults_solved",
        title=_("Faults solved"),
        meaning=_("Of the faults reported in the period, requests left out, those repaired by its end."),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql=_tickets(
            "coalesce(t.repaired_at < %(until)s, false) AS counted",
            "t.severity <> '4' AND t.opened_at >= %(since)s AND t.opened_at < %(until)s",
        ),
        parameters=_PROJECT,
        dimensions=_BY,
        proves=(_of("P09#1"), _of("P11#4"), _of("P13#2"), _of("P21#1")),
    ),
    IndicatorDefinition(
        name="operations.repair_time",
        title=_("Longest repair"),
        meaning=_(
            "Of the faults repaired in the period, requests left out, the longest time from report to repair, in "
            "hours by the wall clock. Where a probe noticed the outage, the repair is the moment it saw the end."
        ),
        unit="h",
        kind="maximum",
        owner=OWNER,
        direction="lower",
        records_sql=_tickets(
            "extract(epoch FROM t.repaired_at - t.opened_at) / 3600 AS amount",
            "t.severity <> '4' AND t.repaired_at >= %(since)s AND t.repaired_at < %(until)s",
        ),
        parameters=_PROJECT,
        dimensions=_BY,
        proves=(_longest("P14#2"), _longest("P18#1"), _longest("P21#5"), _longest("P40#1")),
    ),
    IndicatorDefinition(
        name="operations.rounds_in_time",
        title=_("Inspection rounds done in time"),
        meaning=_("Of the rounds whose last day is in the period, those finished by the end of that day."),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql="""
            SELECT r.id AS key, p.title || ' ' || r.last_day::text AS label,
                   '/operations/rounds/' || r.id || '/' AS url, r.simulated, c.title AS contract,
                   coalesce(r.done_at < ((r.last_day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'), false) AS counted
            FROM operations_round r JOIN operations_roundplan p ON p.id = r.plan_id
            JOIN operations_contract c ON c.id = p.contract_id
            WHERE c.project LIKE %(project)s AND r.last_day >= %(first_day)s AND r.last_day <= %(last_day)s
        """,
        parameters=_PROJECT,
        dimensions=_BY,
        proves=(_of("P11#1"),),
    ),
    IndicatorDefinition(
        name="operations.calls_answered",
        title=_("Calls to the fault phone answered"),
        meaning=_("Of the calls to the fault phone that rang in the period, those that somebody answered."),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql="""
            SELECT f.id AS key, to_char(f.rang_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') AS label,
                   '/operations/calls/' AS url, f.simulated, c.title AS contract,
                   f.answered_after_s IS NOT NULL AS counted
            FROM operations_faultcall f JOIN operations_contract c ON c.id = f.contract_id
            WHERE c.project LIKE %(project)s AND f.rang_at >= %(since)s AND f.rang_at < %(until)s
        """,
        parameters=_PROJECT,
        dimensions=_BY,
        proves=(_of("P13#1"), _of("P29#1")),
    ),
    IndicatorDefinition(
        name="operations.satisfaction",
        title=_("Satisfied users of operation and maintenance"),
        meaning=_(
            "Of the answers given in the period, with a confirmed repair or to a survey of the contract, those that "
            "say satisfied or very satisfied."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql="""
            SELECT s.id AS key, c.title AS label, '/operations/contracts/' || c.id || '/' AS url, s.simulated,
                   s.score >= 4 AS counted, c.title AS contract
            FROM operations_survey s JOIN operations_contract c ON c.id = s.contract_id
            WHERE c.project LIKE %(project)s AND s.answered_at >= %(since)s AND s.answered_at < %(until)s
        """,
        parameters=_PROJECT,
        dimensions=_BY,
        proves=tuple(
            _of(ref)
            for ref in (
                *("P03#6", "P09#3", "P11#5", "P12#5", "P13#8", "P16#3", "P21#6", "P23#5", "P25#5", "P29#4"),
                *("P34#2", "P37#4", "P38#13", "P40#4", "P41#5"),
            )
        ),
    ),
    IndicatorDefinition(
        name="operations.monthly_reports",
        title=_("Monthly reports"),
        meaning=_("Months in the period of which a report was made; further versions count no more."),
        unit="份",
        kind="count",
        owner=OWNER,
        records_sql="""
            SELECT DISTINCT ON (r.contract_id, r.month) r.id AS key, c.title || ' ' || r.month::text AS label,
                   '/operations/reports/' || r.id || '/' AS url, r.simulated, c.title AS contract
            FROM operations_monthlyreport r JOIN operations_contract c ON c.id = r.contract_id
            WHERE c.project LIKE %(project)s AND r.month >= %(first_day)s AND r.month <= %(last_day)s
            ORDER BY r.contract_id, r.month, r.version DESC
        """,
        parameters=_PROJECT,
        dimensions=_BY,
        proves=(_of("P12#1"),),
    ),
    IndicatorDefinition(
        name="operations.reports_in_time",
        title=_("Monthly reports in time"),
        meaning=_(
            "Of the monthly reports due in the period by their contract, those of which a first version was made by "
            "the end of the day they were due. A contract without a first day is examined from its first report on."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql=_REPORTS_DUE,
        parameters=_PROJECT,
        dimensions=_BY,
    ),
)
