"""What this scene proves about catalogue and ledger: lists made, how much is offered online, powers assessed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.api import register_indicators
from chengshu.engines.indicators.data import IndicatorDefinition
from chengshu.scenes.matters import indicators_of_each

__all__ = ["indicators_of_each"]

_NO_SIMULATION = "the catalogue and its lists are written by units, never by a simulator"

register_indicators(
    IndicatorDefinition(
        name="matters.list_kinds",
        title=_("Kinds of lists made from the catalogue"),
        meaning=_(
            "Kinds of lists of which a version with at least one matter was made by the end of the period."
        ),
        unit="种",
        kind="count",
        owner="data-bureau",
        no_simulation=_NO_SIMULATION,
        records_sql="""
            SELECT DISTINCT ON (kind) kind AS key, kind AS label,
                   '/matters/lists/' || kind || '/' AS url, count > 0 AS counted
            FROM matters_listversion
            WHERE made_at < %(until)s
            ORDER BY kind, number DESC
        """,
        proves=("P33#6", "D19"),
    ),
    IndicatorDefinition(
        name="matters.taken_on_lists",
        title=_("List of the powers that departments have taken on"),
        meaning=_(
            "The list made from the ledger of delegated powers, as it stood at the end of the period, if at least one "
            "power with known manner and document stands on it. How many powers are on it is not promised; the list "
            "says so."
        ),
        unit="份",
        kind="count",
        owner="data-bureau",
        no_simulation=_NO_SIMULATION,
        records_sql="""
            SELECT kind AS key, kind || ' ' || number AS label,
                   '/matters/lists/' || kind || '/?version=' || number AS url, count > 0 AS counted
            FROM matters_listversion
            WHERE kind = 'taken_on' AND made_at < %(until)s
            ORDER BY number DESC
            LIMIT 1
        """,
        proves=("P33#4", "D15"),
    ),
    IndicatorDefinition(
        name="matters.online_share",
        title=_("Matters that can be done online, of all that are applied for"),
        meaning=_(
            "Of the matters in force on the last day that people apply for, those received, accepted, decided and "
            "told online without a visit. By matter, not by case."
        ),
        unit="%",
        kind="rate",
        owner="data-bureau",
        no_simulation=_NO_SIMULATION,
        records_sql="""
            SELECT v.local_code AS key, v.name AS label, '/matters/m/' || v.local_code || '/' AS url,
                   v.elements -> 'depth' @> '["2", "4", "5", "6"]'
                       AND coalesce(v.elements ->> 'visits', '1') = '0' AS counted
            FROM services_matterversion v
            WHERE v.offering = 'matter' AND coalesce(v.elements ->> 'process', '') <> ''
              AND v.effective_from <= %(last_day)s
              AND (v.effective_until IS NULL OR v.effective_until > %(last_day)s)
        """,
    ),
    IndicatorDefinition(
        name="matters.assessed_powers",
        title=_("Delegated powers assessed"),
        meaning=_(
            "Of the powers in the ledger of delegated powers, those whose use was assessed by the end of the period. "
            "Powers that nobody entered are not in it; the ledger says how many the target table states."
        ),
        unit="%",
        kind="rate",
        owner="data-bureau",
        no_simulation=_NO_SIMULATION,
        records_sql="""
            SELECT p.number AS key, p.name AS label, '/matters/ledger/' || p.number || '/' AS url,
                   coalesce(p.assessed_on <= %(last_day)s, false) AS counted
            FROM matters_delegatedpower p
            WHERE p.returned_on IS NULL OR p.returned_on > %(last_day)s
        """,
    ),
)
