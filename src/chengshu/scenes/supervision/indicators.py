"""What service supervision promises to its budget, computed from its own records (政务服务监督管理工作经费)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.api import register_indicators
from chengshu.engines.indicators.data import IndicatorDefinition, Parameter, Proves

OWNER = "service-supervision"
_INSPECTION = "'/supervision/inspections/' || i.id || '/'"

_COVERAGE = """
    WITH framed AS (
        SELECT jsonb_object_keys(d.sizes) AS unit_key, bool_or(i.simulated) AS simulated
        FROM supervision_sampledraw d JOIN supervision_inspection i ON i.id = d.inspection_id
        WHERE i.kind = %(kind)s AND d.drawn_at >= %(since)s AND d.drawn_at < %(until)s
        GROUP BY 1
    )
    SELECT f.unit_key AS key, coalesce(u.name, f.unit_key) AS label, f.simulated,
           EXISTS (
               SELECT FROM supervision_visit v JOIN supervision_inspection i ON i.id = v.inspection_id
               WHERE i.kind = %(kind)s AND v.stratum = f.unit_key AND v.state = 'done'
                 AND v.finished_at >= %(since)s AND v.finished_at < %(until)s
           ) AS counted
    FROM framed f LEFT JOIN orgs_unit u ON u.key = f.unit_key
"""
_RATINGS = """
    SELECT r.id AS key, r.number AS label, '/supervision/ratings/' || r.id || '/' AS url,
           COUNTED AS counted, r.simulated, u.name AS unit, r.local_code AS matter, r.channel
    FROM supervision_rating r JOIN orgs_unit u ON u.id = r.unit_id
    WHERE r.left_at >= %(since)s AND r.left_at < %(until)s
      AND r.touch_point LIKE %(touch_point)s AND u.key LIKE %(unit_key)s
"""
_NARROWED = {
    "touch_point": Parameter(_("Touch point, as a pattern"), default="%"),
    "unit_key": Parameter(_("Unit, as a pattern"), default="%"),
}
_BY = {"unit": _("Unit"), "matter": _("Matter"), "channel": _("Channel")}

register_indicators(
    IndicatorDefinition(
        name="supervision.inspection_reports",
        title=_("Inspection reports published"),
        meaning=_(
            "Of the inspections released to the units in the period, deep studies left out, those published."
        ),
        unit="篇",
        kind="count",
        owner=OWNER,
        records_sql=f"""
            SELECT i.id AS key, i.title AS label, {_INSPECTION} AS url, i.simulated,
                   EXISTS (SELECT FROM supervision_publication p WHERE p.inspection_id = i.id
                           AND p.published_at < %(until)s) AS counted
            FROM supervision_inspection i
            WHERE i.kind <> 'study' AND i.released_at >= %(since)s AND i.released_at < %(until)s
        """,
        proves=("P32#1",),
    ),
    IndicatorDefinition(
        name="supervision.deep_studies",
        title=_("Deep studies finished"),
        meaning=_("Inspections by the script of a deep study that were released in the period."),
        unit="期",
        kind="count",
        owner=OWNER,
        records_sql=f"""
            SELECT i.id AS key, i.title AS label, {_INSPECTION} AS url, i.simulated
            FROM supervision_inspection i
            WHERE i.kind = 'study' AND i.released_at >= %(since)s AND i.released_at < %(until)s
        """,
        proves=("P32#2",),
    ),
    IndicatorDefinition(
        name="supervision.surveys",
        title=_("Visits, calls and checks made"),
        meaning=_(
            "Drawn visits, calls and case files that were finished in the period, re-tests included; those "
            "ended as not usable were made and are counted."
        ),
        unit="次",
        kind="count",
        owner=OWNER,
        records_sql="""
            SELECT v.id AS key, v.key AS label, '/supervision/visits/' || v.id || '/' AS url, v.simulated,
                   i.kind AS kind
            FROM supervision_visit v JOIN supervision_inspection i ON i.id = v.inspection_id
            WHERE v.finished_at >= %(since)s AND v.finished_at < %(until)s
        """,
        dimensions={"kind": _("Kind")},
        proves=("P32#3",),
    ),
    IndicatorDefinition(
        name="supervision.mystery_coverage",
        title=_("Coverage of mystery visits"),
        meaning=_("Of the units in the frames of the period's mystery visits, those with a valid visit."),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql=_COVERAGE,
        parameters={"kind": Parameter(_("Kind"), default="mystery")},
        proves=("P32#4",),
    ),
    IndicatorDefinition(
        name="supervision.phone_coverage",
        title=_("Coverage of phone sampling"),
        meaning=_(
            "Of the units in the frames of the period's phone sampling, those with a complete interview."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql=_COVERAGE,
        parameters={"kind": Parameter(_("Kind"), default="phone")},
        proves=("P32#5",),
    ),
    IndicatorDefinition(
        name="supervision.inspections_on_time",
        title=_("Inspections finished on time"),
        meaning=_("Of the inspections due in the period, those released by the day they were due."),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql=f"""
            SELECT i.id AS key, i.title AS label, {_INSPECTION} AS url, i.simulated,
                   coalesce((i.released_at AT TIME ZONE 'Asia/Shanghai')::date <= i.due_on, false) AS counted
            FROM supervision_inspection i
            WHERE i.due_on >= %(first_day)s AND i.due_on <= %(last_day)s
        """,
        proves=("P32#6",),
    ),
    IndicatorDefinition(
        name="supervision.assessment_items_done",
        title=_("Assessment items finished"),
        meaning=_(
            "Of the visits, calls and checks drawn in the period, those that were ended, usable or not."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql="""
            SELECT v.id AS key, v.key AS label, '/supervision/visits/' || v.id || '/' AS url, v.simulated,
                   coalesce(v.finished_at < %(until)s, false) AS counted
            FROM supervision_visit v JOIN supervision_sampledraw d ON d.inspection_id = v.inspection_id
            WHERE v.retest_of_id IS NULL AND d.drawn_at >= %(since)s AND d.drawn_at < %(until)s
        """,
        proves=("P32#7",),
    ),
    IndicatorDefinition(
        name="supervision.valid_samples",
        title=_("Share of valid samples"),
        meaning=_(
            "Of all elements drawn in the period, those with evidence at every required step or a complete "
            "interview. What was not done and what cannot be used stays in the denominator."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql="""
            SELECT v.id AS key, v.key AS label, '/supervision/visits/' || v.id || '/' AS url, v.simulated,
                   v.state = 'done' AND v.finished_at < %(until)s AS counted
            FROM supervision_visit v JOIN supervision_sampledraw d ON d.inspection_id = v.inspection_id
            WHERE v.retest_of_id IS NULL AND d.drawn_at >= %(since)s AND d.drawn_at < %(until)s
        """,
        proves=("P32#8",),
    ),
    IndicatorDefinition(
        name="supervision.results_published",
        title=_("Share of results published"),
        meaning=_("Of the inspections released to the units in the period, those published."),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql=f"""
            SELECT i.id AS key, i.title AS label, {_INSPECTION} AS url, i.simulated,
                   EXISTS (SELECT FROM supervision_publication p WHERE p.inspection_id = i.id
                           AND p.published_at < %(until)s) AS counted
            FROM supervision_inspection i
            WHERE i.released_at >= %(since)s AND i.released_at < %(until)s
        """,
        proves=("P32#9",),
    ),
    IndicatorDefinition(
        name="supervision.complaints_about_clerks",
        title=_("Complaints about window staff"),
        meaning=_(
            "Of all ratings of the service at windows, the bad ones that name the manner or the skill of staff "
            "(codes 115, 213, 214). Those found mistaken after a review are left out."
        ),
        unit="次",
        kind="count",
        owner=OWNER,
        direction="lower",
        records_sql="""
            SELECT r.id AS key, r.number AS label, '/supervision/ratings/' || r.id || '/' AS url, r.simulated,
                   r.level <= 2 AND r.details ?| ARRAY['115', '213', '214']
                   AND NOT coalesce(b.confirmed = false AND b.closed_at < %(until)s, false) AS counted
            FROM supervision_rating r LEFT JOIN supervision_badrating b ON b.rating_id = r.id
            WHERE r.touch_point = 'window' AND r.left_at >= %(since)s AND r.left_at < %(until)s
        """,
        proves=("P32#10",),
    ),
    IndicatorDefinition(
        name="supervision.satisfaction",
        title=_("Satisfaction of ratings"),
        meaning=_("Of all ratings left in the period, those of levels 5, 4 and 3."),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql=_RATINGS.replace("COUNTED", "r.level >= 3"),
        parameters=_NARROWED,
        dimensions=_BY,
        proves=(
            Proves("P35#3", parameters={"touch_point": "online"}),
            Proves("P04#6", parameters={"touch_point": "window"}),
            Proves("P02#5", parameters={"unit_key": "economic-service-approval"}),
            Proves("P26#9", parameters={"unit_key": "land-planning-approval"}),
            Proves("P27#6", parameters={"unit_key": "construction-approval"}),
            Proves("P45#6", parameters={"touch_point": "window"}),
            "P33#7",
        ),
    ),
    IndicatorDefinition(
        name="supervision.bad_ratings",
        title=_("Share of bad ratings"),
        meaning=_("Of all ratings left in the period, those of levels 2 and 1, found mistaken or not."),
        unit="%",
        kind="rate",
        owner=OWNER,
        direction="lower",
        records_sql=_RATINGS.replace("COUNTED", "r.level <= 2"),
        parameters=_NARROWED,
        dimensions=_BY,
    ),
    IndicatorDefinition(
        name="supervision.active_rating",
        title=_("Active rating"),
        meaning=_("Of the applications closed in the period, those rated by the end of it at least once."),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql="""
            SELECT a.id AS key, a.number AS label, a.simulated,
                   EXISTS (SELECT FROM supervision_rating r WHERE r.application_id = a.id
                           AND r.left_at < %(until)s) AS counted, u.name AS unit
            FROM services_application a JOIN orgs_unit u ON u.id = a.unit_id
            WHERE a.closed_at >= %(since)s AND a.closed_at < %(until)s
        """,
        dimensions={"unit": _("Unit")},
    ),
    IndicatorDefinition(
        name="supervision.rectified_in_time",
        title=_("Bad ratings put right in time"),
        meaning=_("Of the confirmed bad ratings due in the period, those put right by then."),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql="""
            SELECT b.id AS key, r.number AS label, '/supervision/ratings/' || r.id || '/' AS url, r.simulated,
                   coalesce(b.rectified_at <= b.due_at, false) AS counted, u.name AS unit
            FROM supervision_badrating b
            JOIN supervision_rating r ON r.id = b.rating_id JOIN orgs_unit u ON u.id = b.unit_id
            WHERE b.confirmed AND b.due_at >= %(since)s AND b.due_at < %(until)s
        """,
        dimensions={"unit": _("Unit")},
    ),
    IndicatorDefinition(
        name="supervision.cards_standing",
        title=_("Yellow and red cards"),
        meaning=_(
            "Cards raised in the period; those withdrawn after an appeal by its end are looked at and not "
            "counted."
        ),
        unit="件",
        kind="count",
        owner=OWNER,
        direction="lower",
        records_sql="""
            SELECT c.id AS key, c.trigger || ' ' || c.case_number AS label,
                   '/supervision/cards/' || c.id || '/' AS url, c.simulated,
                   NOT EXISTS (SELECT FROM supervision_cardstep s WHERE s.card_id = c.id
                               AND s.kind = 'withdrawn' AND s.at < %(until)s) AS counted,
                   c.level, u.name AS unit
            FROM supervision_card c JOIN orgs_unit u ON u.id = c.unit_id
            WHERE c.level IN ('yellow', 'red') AND c.raised_at >= %(since)s AND c.raised_at < %(until)s
        """,
        dimensions={"level": _("Level"), "unit": _("Unit")},
    ),
)
