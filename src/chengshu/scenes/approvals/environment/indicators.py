"""What this part counts, from clocks, pledges and deferrals, and which promises of the printed tables that proves.

Days of the law and of the promise are read from the clocks as they ran, so pauses and extensions are in them. A case is
decided when its decision was taken, whatever became of it later.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.api import register_indicators
from chengshu.engines.indicators.data import IndicatorDefinition, Parameter, Proves

OWNER: Final = "environment-water-approval"
MATTERS: Final = (
    "^approvals[.](eia_report|eia_form|eia_report_pledged|eia_form_pledged|pollution_permit_first|pollution_permit_other"
    "|water_preliminary_design|drainage_permit|construction_drainage|river_construction|soil_conservation)$"
)
"""The processes of the environment-and-water matters, as a regular expression."""
ALL_MATTERS: Final = "^approvals[.]"
_PARAMETERS: Final = {"matters": Parameter(_("Processes, as a regular expression"), default=MATTERS)}
_DIMENSIONS: Final = {"matter": _("Service matter")}

_RECORD = """
    SELECT c.id AS key, c.number || ' ' || c.title AS label, '/inbox/cases/' || c.id || '/' AS url,
           c.simulated, d.key AS matter,
"""
_DECIDED = """
    FROM cases_case c
    JOIN cases_definition d ON d.id = c.definition_id AND d.key ~ %(matters)s
    JOIN cases_clock k ON k.case_id = c.id AND k.matter = 'decision' AND k.layer = '{layer}'
    {more}
    WHERE c.status IN ('11', '12', '13', '15') AND k.stopped_at >= %(since)s AND k.stopped_at < %(until)s
"""


def _decided(columns: str, layer: str, more: str = "") -> str:
    return _RECORD + columns + _DECIDED.format(layer=layer, more=more)


_IN_TIME = "k.stopped_at <= k.due_at AS counted"
_BOTH = "JOIN cases_clock l ON l.case_id = c.id AND l.matter = 'decision' AND l.layer = 'legal'"
_WORKING_DAYS = "l.limit ~ '^[1-9][0-9]*wd$' AND k.limit ~ '^[0-9]+wd$'"
_COMPRESSION = _decided(
    f"{_WORKING_DAYS} AS counted, CASE WHEN {_WORKING_DAYS} THEN"
    " round(100 * (1 - substring(k.limit FROM '^[0-9]+')::numeric"
    " / substring(l.limit FROM '^[0-9]+')::numeric), 4) ELSE 0 END AS amount",
    "promised",
    _BOTH,
)
"""Only working days are compared with working days; where the law counts natural days there is no such number."""


def _within(ref: str, matters: str) -> Proves:
    """A promise such as “1 working day” for some matters: every case of them within it."""
    return Proves(
        ref,
        parameters={"matters": f"^approvals[.]({matters})$"},
        way={"statistic": "compliance_share", "share_target": "100"},
    )


register_indicators(
    IndicatorDefinition(
        name="approvals.environment_decided",
        title=_("Environment and water applications decided"),
        meaning=_(
            "Applications granted or refused in the period. Withdrawn and not accepted ones do not count."
        ),
        unit="宗",
        kind="count",
        owner=OWNER,
        records_sql=_RECORD
        + """
           EXISTS (SELECT FROM cases_clock k WHERE k.case_id = c.id AND k.matter = 'decision'
                   AND k.stopped_at >= %(since)s AND k.stopped_at < %(until)s)
             AND c.status IN ('11', '12', '13', '15') AS counted
    FROM cases_case c
    JOIN cases_definition d ON d.id = c.definition_id AND d.key ~ %(matters)s
    WHERE c.opened_at < %(until)s AND (c.ended_at IS NULL OR c.ended_at >= %(since)s)
""",
        parameters=_PARAMETERS,
        dimensions=_DIMENSIONS,
        proves=("P28#1",),
    ),
    IndicatorDefinition(
        name="approvals.on_time_rate",
        title=_("Applications decided within the promised time"),
        meaning=_(
            "Of the applications granted or refused in the period, those whose decision came before the promised"
            " limit ended, special procedures of Art. 45 left out. Cases without a promised limit do not count."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql=_decided(_IN_TIME, "promised"),
        parameters=_PARAMETERS,
        dimensions=_DIMENSIONS,
        proves=(
            "P28#2",
            _within("P28#4", "eia_report_pledged|eia_form_pledged"),
            _within("P28#5", "pollution_permit_other"),
            _within("P28#6", "water_preliminary_design"),
            _within("P28#7", "drainage_permit"),
            _within("P28#8", "construction_drainage"),
            _within("P28#9", "river_construction"),
            _within("P28#10", "eia_report"),
            _within("P28#11", "eia_form"),
            _within("P28#12", "soil_conservation"),
            _within("P28#13", "pollution_permit_first"),
            Proves("D20", parameters={"matters": ALL_MATTERS}),
        ),
    ),
    IndicatorDefinition(
        name="approvals.lawful_rate",
        title=_("Applications decided within the lawful time"),
        meaning=_(
            "Of the applications granted or refused in the period, those whose decision came before the limit of the"
            " law ended. Natural and working days are kept apart: each case is measured by its own clock."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql=_decided(_IN_TIME, "legal"),
        parameters=_PARAMETERS,
        dimensions=_DIMENSIONS,
    ),
    IndicatorDefinition(
        name="approvals.compression",
        title=_("Compression of the lawful time, over cases"),
        meaning=_(
            "Mean over the decided applications of 1 − promised ÷ lawful time. Applications for which the law counts"
            " natural days are examined and left out: they cannot be compared with a promise in working days."
        ),
        unit="%",
        kind="mean",
        owner=OWNER,
        records_sql=_COMPRESSION,
        parameters=_PARAMETERS,
        dimensions=_DIMENSIONS,
    ),
    IndicatorDefinition(
        name="approvals.compression_of_matters",
        title=_("Compression of the lawful time, over matters"),
        meaning=_("The same, each matter weighing the same however many cases it had."),
        unit="%",
        kind="index",
        owner=OWNER,
        records_sql=_COMPRESSION,
        sql=f"SELECT avg(of_matter) AS value FROM (SELECT avg(amount) AS of_matter FROM ({_COMPRESSION}) r"
        " WHERE counted GROUP BY matter) m",
        parameters=_PARAMETERS,
        dimensions=_DIMENSIONS,
    ),
    IndicatorDefinition(
        name="approvals.days_to_decision",
        title=_("Days from the start of the clock to the decision"),
        meaning=_("Mean of natural days, special procedures included: what the applicant waited."),
        unit="D",
        kind="mean",
        direction="lower",
        owner=OWNER,
        records_sql=_decided(
            "round(extract(epoch FROM k.stopped_at - k.started_at)::numeric / 86400, 2) AS amount", "promised"
        ),
        parameters=_PARAMETERS,
        dimensions=_DIMENSIONS,
    ),
    IndicatorDefinition(
        name="approvals.pledges_checked",
        title=_("Pledges checked in time"),
        meaning=_(
            "Of the pledges whose check fell due in the period, those that were checked by that day. The day is an"
            " arrangement of the office."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql="""
            SELECT p.id AS key, p.number AS label, '/inbox/cases/' || p.case_id || '/' AS url, p.simulated,
                   p.local_code AS matter, coalesce(p.checked_on <= p.check_by, false) AS counted
            FROM approvals_pledge p
            WHERE p.check_by BETWEEN %(first_day)s AND %(last_day)s AND p.state <> 'lapsed'
        """,
        dimensions=_DIMENSIONS,
    ),
    IndicatorDefinition(
        name="approvals.deferrals_supplied",
        title=_("Deferred materials supplied in time"),
        meaning=_("Of the deferred materials that fell due in the period, those supplied by that day."),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql="""
            SELECT f.id AS key, f.number || ' ' || f.material_name AS label,
                   '/inbox/cases/' || f.case_id || '/' AS url, f.simulated, f.local_code AS matter,
                   f.state = 'supplied' AND f.settled_on <= f.due_on AS counted
            FROM approvals_deferral f
            WHERE f.due_on BETWEEN %(first_day)s AND %(last_day)s AND f.state <> 'lapsed'
        """,
        dimensions=_DIMENSIONS,
    ),
)
