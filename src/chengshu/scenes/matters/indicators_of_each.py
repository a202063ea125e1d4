"""What is counted of every matter that people apply for, and of every unit that answers for some: one definition each.

Matters that come and go bring and retire their indicators by themselves; nothing here names one.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.api import register_indicators
from chengshu.engines.indicators.data import IndicatorDefinition, Subjects

_OF_MATTERS = Subjects(
    _("Matter in the catalogue"),
    """
        SELECT v.local_code AS subject, v.name AS title, u.key AS unit,
               '/matters/m/' || v.local_code || '/' AS url
        FROM services_matterversion v JOIN orgs_unit u ON u.id = v.unit_id
        WHERE v.offering = 'matter' AND v.effective_until IS NULL AND coalesce(v.elements ->> 'process', '') <> ''
    """,
)
_OF_UNITS = Subjects(
    _("Unit"),
    """
        SELECT u.key AS subject, u.name AS title, u.key AS unit
        FROM orgs_unit u
        WHERE EXISTS (
            SELECT FROM services_matterversion v
            WHERE v.unit_id = u.id AND v.effective_until IS NULL AND coalesce(v.elements ->> 'process', '') <> ''
        )
    """,
)
_APPLICATION = """
    SELECT a.id AS key, a.number || ' ' || v.name AS label, '/applications/' || a.id || '/' AS url, a.simulated,
           SUBJECT AS subject, EXTRA
    FROM services_application a
    JOIN services_matterversion v ON v.id = a.version_id
    JOIN orgs_unit u ON u.id = a.unit_id
    WHERE MOMENT >= %(since)s AND MOMENT < %(until)s
"""
_CLOCKED = """
    SELECT a.id AS key, a.number || ' ' || v.name AS label, '/applications/' || a.id || '/' AS url, a.simulated,
           SUBJECT AS subject, coalesce(k.stopped_at <= k.due_at, false) AS counted
    FROM services_application a
    JOIN services_matterversion v ON v.id = a.version_id
    JOIN orgs_unit u ON u.id = a.unit_id
    JOIN cases_clock k ON k.case_id = a.case_id AND k.layer = 'promised' AND k.matter = 'decision'
        AND k.state = 'stopped'
    WHERE a.decided_at >= %(since)s AND a.decided_at < %(until)s
"""


def _applications(moment: str, subject: str, extra: str = "true AS counted") -> str:
    return _APPLICATION.replace("MOMENT", moment).replace("SUBJECT", subject).replace("EXTRA", extra)


_BY_MATTER, _BY_UNIT = "v.local_code", "u.key"

register_indicators(
    IndicatorDefinition(
        name="matters.applications_of_matter",
        title=_("Applications for a matter"),
        meaning=_("Applications for this matter that were filed in the period, whatever the channel."),
        unit="件",
        kind="count",
        direction="none",
        owner="data-bureau",
        subjects=_OF_MATTERS,
        records_sql=_applications("a.filed_at", _BY_MATTER),
    ),
    IndicatorDefinition(
        name="matters.decisions_on_matter",
        title=_("Decisions on a matter"),
        meaning=_("Applications for this matter that were decided in the period."),
        unit="件",
        kind="count",
        direction="none",
        owner="data-bureau",
        subjects=_OF_MATTERS,
        records_sql=_applications("a.decided_at", _BY_MATTER),
    ),
    IndicatorDefinition(
        name="matters.on_time_of_matter",
        title=_("Decisions on a matter within the promised time"),
        meaning=_(
            "Of the applications for this matter decided in the period, those decided before the promised limit ended,"
            " lawful pauses left out. Matters without a promised limit have no number."
        ),
        unit="%",
        kind="rate",
        owner="data-bureau",
        subjects=_OF_MATTERS,
        records_sql=_CLOCKED.replace("SUBJECT", _BY_MATTER),
    ),
    IndicatorDefinition(
        name="matters.days_of_matter",
        title=_("Days from filing to decision on a matter"),
        meaning=_(
            "Natural days from filing to decision, the middle of the applications for this matter decided in the"
            " period. Pauses are not left out: it is how long people wait."
        ),
        unit="D",
        kind="median",
        direction="lower",
        owner="data-bureau",
        subjects=_OF_MATTERS,
        records_sql=_applications(
            "a.decided_at",
            _BY_MATTER,
            "true AS counted, round((extract(epoch FROM a.decided_at - a.filed_at) / 86400)::numeric, 4) AS amount",
        ),
    ),
    IndicatorDefinition(
        name="matters.online_of_matter",
        title=_("Applications for a matter that were filed online"),
        meaning=_("Of the applications for this matter filed in the period, those not filed at a counter."),
        unit="%",
        kind="rate",
        owner="data-bureau",
        subjects=_OF_MATTERS,
        records_sql=_applications("a.filed_at", _BY_MATTER, "a.channel <> 'window' AS counted"),
    ),
    IndicatorDefinition(
        name="matters.applicants_of_matter",
        title=_("Different applicants for a matter"),
        meaning=_(
            "Different people and companies that applied for this matter in the period. They are told apart by a keyed"
            " digest; an application without one counts for itself."
        ),
        unit="个",
        kind="distinct",
        direction="none",
        owner="data-bureau",
        subjects=_OF_MATTERS,
        records_sql=_applications(
            "a.filed_at",
            _BY_MATTER,
            "true AS counted, coalesce(nullif(a.applicant_digest, ''), a.id::text) AS thing",
        ),
    ),
    IndicatorDefinition(
        name="matters.applications_of_unit",
        title=_("Applications handled by a unit"),
        meaning=_("Applications for matters of this unit that were filed in the period."),
        unit="件",
        kind="count",
        direction="none",
        owner="data-bureau",
        subjects=_OF_UNITS,
        records_sql=_applications("a.filed_at", _BY_UNIT),
    ),
    IndicatorDefinition(
        name="matters.on_time_of_unit",
        title=_("Decisions of a unit within the promised time"),
        meaning=_(
            "Of the applications that this unit decided in the period, those decided before the promised limit ended,"
            " lawful pauses left out."
        ),
        unit="%",
        kind="rate",
        owner="data-bureau",
        subjects=_OF_UNITS,
        records_sql=_CLOCKED.replace("SUBJECT", _BY_UNIT),
    ),
)
