"""What the desk promises, counted from its own records. Drills and simulated records are never among them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.api import register_indicators
from chengshu.engines.indicators.data import IndicatorDefinition, Parameter

OWNER = "city-operation-centre"
_DESK = {"unit": Parameter(_("Desk (key of the unit), as a pattern"), default="city-operation-centre")}

register_indicators(
    IndicatorDefinition(
        name="command.response_minutes",
        title=_("Minutes until an event is handled"),
        meaning=_(
            "Of the events whose handling began in the period, the mean time from their report to that moment. Merged "
            "events count once, drills never."
        ),
        unit="min",
        kind="mean",
        owner=OWNER,
        direction="lower",
        records_sql="""
            SELECT e.id AS key, e.number || ' ' || e.title AS label, '/command/events/' || e.id || '/' AS url,
                   e.simulated, extract(epoch FROM e.handling_at - e.reported_at) / 60 AS amount
            FROM command_cityevent e JOIN orgs_unit u ON u.id = e.unit_id
            WHERE u.key LIKE %(unit)s AND e.merged_into_id IS NULL AND NOT e.drill AND NOT e.simulated
              AND e.handling_at >= %(since)s AND e.handling_at < %(until)s
        """,
        parameters=_DESK,
    ),
    IndicatorDefinition(
        name="command.receipt_in_time",
        title=_("Instructions received in time"),
        meaning=_(
            "Of the instructions whose receipt was due in the period, those received by then. Withdrawn ones and "
            "drills do not count."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql="""
            SELECT i.id AS key, i.number || ' ' || i.title AS label, '/command/instructions/' || i.id || '/' AS url,
                   i.simulated, coalesce(i.received_at <= i.receipt_by, false) AS counted, t.name AS told
            FROM command_instruction i
            JOIN orgs_unit u ON u.id = i.unit_id JOIN orgs_unit t ON t.id = i.to_unit_id
            WHERE u.key LIKE %(unit)s AND i.state <> 'withdrawn' AND NOT i.drill AND NOT i.simulated
              AND i.receipt_by >= %(since)s AND i.receipt_by < %(until)s
        """,
        parameters=_DESK,
        dimensions={"told": _("Told unit")},
    ),
    IndicatorDefinition(
        name="command.duty_coverage",
        title=_("Duty covered"),
        meaning=_(
            "Of the turns of duty that the roster asked for and that ended in the period, those whose post somebody "
            "took. A gap in the roster counts as not covered; a span without a roster has no number."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql="""
            SELECT s.id AS key,
                   p.title || ' ' || to_char(s.starts_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') AS label,
                   '/command/roster/' AS url, s.simulated, s.arrived_at IS NOT NULL AS counted, p.title AS post
            FROM command_dutyslot s JOIN command_dutypost p ON p.id = s.post_id
            JOIN orgs_unit u ON u.id = s.unit_id
            WHERE u.key LIKE %(unit)s AND NOT s.simulated AND s.ends_at > %(since)s AND s.ends_at <= %(until)s
        """,
        parameters=_DESK,
        dimensions={"post": _("Duty post")},
        proves=("P30#4",),
    ),
    IndicatorDefinition(
        name="command.drills",
        title=_("Drills held"),
        meaning=_("Of the plans carried out that ended in the period, the drills that were not broken off."),
        unit="次",
        kind="count",
        owner=OWNER,
        records_sql="""
            SELECT r.id AS key, r.number || ' ' || r.title AS label, '/command/runs/' || r.id || '/' AS url,
                   r.simulated, r.drill AND r.state = 'ended' AS counted
            FROM command_planrun r JOIN orgs_unit u ON u.id = r.unit_id
            WHERE u.key LIKE %(unit)s AND NOT r.simulated AND r.ended_at >= %(since)s AND r.ended_at < %(until)s
        """,
        parameters=_DESK,
    ),
    IndicatorDefinition(
        name="command.reports_in_time",
        title=_("Situation reports issued in time"),
        meaning=_("Of the situation reports that were to be issued in the period, those issued by then."),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql="""
            SELECT r.id AS key,
                   t.title || ' ' || to_char(r.until AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') AS label,
                   '/command/reports/' || r.id || '/' AS url, r.simulated,
                   coalesce(r.issued_at <= r.issue_by, false) AS counted
            FROM command_situationreport r JOIN command_reporttemplate t ON t.id = r.template_id
            JOIN orgs_unit u ON u.id = r.unit_id
            WHERE u.key LIKE %(unit)s AND r.issue_by >= %(since)s AND r.issue_by < %(until)s
        """,
        parameters=_DESK,
    ),
)
