"""What load proofs and deliverables promise to the budget: only what a second person accepted counts as done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.api import register_indicators
from chengshu.engines.indicators.data import IndicatorDefinition, Parameter, Proves

OWNER = "data-bureau-proper"
_PROJECT = {"project": Parameter(_("Project of the printed tables, as a pattern"), default="%")}
_TARGET = {**_PROJECT, "target": Parameter(_("Target of the load test, as a pattern"), default="%")}
_WHAT = {
    **_PROJECT,
    "kind": Parameter(_("Kind of deliverable, as a pattern"), default="%"),
    "title": Parameter(_("Title of the deliverable, as a pattern"), default="%"),
}
_BY = {"contract": _("Contract")}

_PROOFS = """
    SELECT p.id AS key,
           p.target || ' ' || to_char(p.began_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') AS label,
           '/operations/loads/' || p.id || '/' AS url, p.simulated, c.title AS contract, AMOUNT AS amount
    FROM (
        SELECT DISTINCT ON (p.service_id, p.target) p.*
        FROM operations_loadproof p JOIN operations_loadreview v ON v.proof_id = p.id
        WHERE v.accepted AND v.reviewed_at < %(until)s AND p.began_at < %(until)s
        ORDER BY p.service_id, p.target, p.began_at DESC, p.id DESC
    ) p
    JOIN operations_service s ON s.id = p.service_id
    JOIN operations_contract c ON c.id = s.contract_id
    WHERE c.project LIKE %(project)s AND p.target LIKE %(target)s
"""
_DELIVERABLES = """
    SELECT d.id AS key, d.title AS label, '/operations/deliverables/' || d.id || '/' AS url, d.simulated,
           c.title AS contract, COUNTED AS counted
    FROM operations_deliverable d
    JOIN operations_contract c ON c.id = d.contract_id
    LEFT JOIN LATERAL (
        SELECT min(y.delivered_at) AS at
        FROM operations_delivery y LEFT JOIN operations_acceptance a ON a.delivery_id = y.id
        WHERE y.deliverable_id = d.id AND a.outcome IS DISTINCT FROM 'returned'
    ) handed ON true
    LEFT JOIN LATERAL (
        SELECT a.outcome, a.decided_at
        FROM operations_delivery y JOIN operations_acceptance a ON a.delivery_id = y.id
        WHERE y.deliverable_id = d.id AND a.decided_at < %(until)s
        ORDER BY y.number DESC LIMIT 1
    ) decided ON true
    WHERE c.project LIKE %(project)s AND d.kind LIKE %(kind)s AND d.title LIKE %(title)s
      AND d.withdrawn_at IS NULL AND WHEN
"""
_DUE_SINCE = "(d.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'"


def _proofs(amount: str) -> str:
    return _PROOFS.replace("AMOUNT", amount)


def _deliverables(counted: str, when: str) -> str:
    return _DELIVERABLES.replace("COUNTED", counted).replace("WHEN", when)


def _of(ref: str, *, way: dict[str, str] | None = None, **parameters: str) -> Proves:
    """A promise, asked of the contracts of its own project."""
    return Proves(ref, parameters={"project": ref.partition("#")[0], **parameters}, way=way or {})


def _p95(ref: str, **parameters: str) -> Proves:
    return _of(ref, way={"statistic": "p95"}, **parameters)


register_indicators(
    IndicatorDefinition(
        name="operations.load_throughput",
        title=_("Throughput by load proof"),
        meaning=_(
            "The least throughput of the load proofs that count at the end of the period, one for each target: the "
            "last whose review accepted it. Requests a second that succeeded, from the first start to the last end."
        ),
        unit="RPS",
        kind="minimum",
        owner=OWNER,
        records_sql=_proofs("p.throughput"),
        parameters=_TARGET,
        dimensions=_BY,
        proves=(_of("P36#2"), Proves("D18", parameters={"project": "P36"})),
    ),
    IndicatorDefinition(
        name="operations.load_mean_time",
        title=_("Mean response time by load proof"),
        meaning=_(
            "The largest mean response time, in seconds, of the load proofs that count at the end of the period, one "
            "for each target: the last whose review accepted it. Of the requests that succeeded."
        ),
        unit="s",
        kind="maximum",
        owner=OWNER,
        direction="lower",
        records_sql=_proofs("p.mean_ms / 1000"),
        parameters=_TARGET,
        dimensions=_BY,
        proves=(_of("P36#3"), Proves("D17", parameters={"project": "P36"}), _of("P37#3")),
    ),
    IndicatorDefinition(
        name="operations.load_p95_time",
        title=_("Response time by load proof (95th percentile)"),
        meaning=_(
            "The largest 95th percentile of the response times, in seconds, of the load proofs that count at the end "
            "of the period, one for each target: the last whose review accepted it. Of the requests that succeeded."
        ),
        unit="s",
        kind="maximum",
        owner=OWNER,
        direction="lower",
        records_sql=_proofs("p.p95_ms / 1000"),
        parameters=_TARGET,
        dimensions=_BY,
        proves=(
            _p95("P19#4", target="%查询%"),
            _p95("P19#9"),
            _p95("P25#4"),
            _p95("P38#9"),
            _p95("P38#10", target="%查询%"),
            _p95("P39#4"),
        ),
    ),
    IndicatorDefinition(
        name="operations.load_in_flight",
        title=_("Requests in flight by load proof"),
        meaning=_(
            "The most requests that were in flight at once for at least half of a run, of the load proofs that count "
            "at the end of the period. More than the allowed share of failures is never accepted."
        ),
        unit="个",
        kind="maximum",
        owner=OWNER,
        records_sql=_proofs("p.in_flight"),
        parameters=_TARGET,
        dimensions=_BY,
        proves=(
            _of("P19#5", way={"nature": "level"}),
            _of("P39#1", way={"nature": "level"}),
        ),
    ),
    IndicatorDefinition(
        name="operations.deliverables_in_time",
        title=_("Deliverables handed over in time"),
        meaning=_(
            "Of the deliverables due in the period, those handed over by the end of their day. A delivery that was "
            "returned does not count as one. Withdrawn ones, and those without a day, are not examined."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql=_deliverables(
            f"coalesce(handed.at < {_DUE_SINCE}, false)",
            "d.due_on >= %(first_day)s AND d.due_on <= %(last_day)s",
        ),
        parameters=_WHAT,
        dimensions=_BY,
        proves=(_of("P21#4"), _of("P29#3")),
    ),
    IndicatorDefinition(
        name="operations.deliverables_accepted_in_time",
        title=_("Deliverables accepted in time"),
        meaning=_(
            "Of the deliverables due in the period, those that the named post had accepted by the end of their day. "
            "Withdrawn ones, and those without a day, are not examined."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql=_deliverables(
            f"coalesce(decided.outcome = 'accepted' AND decided.decided_at < {_DUE_SINCE}, false)",
            "d.due_on >= %(first_day)s AND d.due_on <= %(last_day)s",
        ),
        parameters=_WHAT,
        dimensions=_BY,
        proves=(_of("P17#3", kind="project"),),
    ),
    IndicatorDefinition(
        name="operations.acceptance_rate",
        title=_("Acceptance rate"),
        meaning=_(
            "Of the deliverables of which the named post decided in the period, those whose last decision by its end "
            "is that they are accepted. What was not handed over yet is not examined."
        ),
        unit="%",
        kind="rate",
        owner=OWNER,
        records_sql=_deliverables("decided.outcome = 'accepted'", "decided.decided_at >= %(since)s"),
        parameters=_WHAT,
        dimensions=_BY,
        proves=(
            _of("P03#5"),
            _of("P15#6", kind="system"),
            _of("P17#1"),
            _of("P20#3"),
            _of("P21#3", kind="system"),
            _of("P23#3", kind="works"),
            _of("P24#4", kind="equipment"),
            _of("P40#2", kind="system"),
        ),
    ),
    IndicatorDefinition(
        name="operations.deliverables_accepted",
        title=_("Deliverables accepted"),
        meaning=_(
            "Deliverables that the named post accepted in the period, by its last decision. One of which nobody has "
            "entered a day or handed anything over is not examined."
        ),
        unit="份",
        kind="count",
        owner=OWNER,
        records_sql=_deliverables(
            "coalesce(decided.outcome = 'accepted' AND decided.decided_at >= %(since)s, false)",
            "(d.due_on IS NOT NULL OR handed.at IS NOT NULL)",
        ),
        parameters=_WHAT,
        dimensions=_BY,
        proves=(
            _of("P17#2", kind="project"),
            _of("P22#1", title="%事项清单%"),
            _of("P22#2", title="%调研报告%"),
            _of("P22#3", title="%问卷调查报告%"),
            _of("P24#3", title="%初验%"),
            _of("P30#1", kind="document"),
            _of("P34#1", title="%测评报告%"),
            _of("P41#2", title="%总结报告%"),
        ),
    ),
)
