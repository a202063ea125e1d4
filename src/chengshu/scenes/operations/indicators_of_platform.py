"""What the operations centre promises of the platform: how many devices it hears and numbers it watches."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.api import register_indicators
from chengshu.engines.indicators.data import IndicatorDefinition, Parameter, Proves

OWNER = "data-bureau-proper"

register_indicators(
    IndicatorDefinition(
        name="operations.devices_connected",
        title=_("Devices connected"),
        meaning=_(
            "Devices registered before the end of the period, not taken out of service since, of which the platform "
            "has taken in at least one message. A device that is only registered does not count."
        ),
        unit="个",
        kind="count",
        owner=OWNER,
        records_sql="""
            SELECT d.id AS key, d.code || ' ' || d.title AS label,
                   '/streams/devices/' || d.code || '/' AS url, d.is_simulated AS simulated,
                   coalesce(p.accepted > 0, false) AS counted, m.title AS model
            FROM streams_device d JOIN streams_thingmodel m ON m.id = d.model_id
            LEFT JOIN streams_presence p ON p.device_id = d.id
            WHERE d.registered_at < %(until)s AND d.state <> 'stopped'
        """,
        dimensions={"model": _("Thing model")},
        proves=("P24#1",),
    ),
    IndicatorDefinition(
        name="operations.indicators_watched",
        title=_("Indicators watched"),
        meaning=_(
            "Indicators, each template counted once for each of its things, of which a number of the period or of a "
            "part of it was computed by its end. An indicator without any number is examined and does not count."
        ),
        unit="项",
        kind="count",
        owner=OWNER,
        records_sql="""
            SELECT md5(o.name || o.parameters::text) AS key, o.name || ' ' || o.parameters::text AS label,
                   '/indicators/' || o.name || '/' AS url, bool_or(o.simulated) AS simulated,
                   bool_or(o.value IS NOT NULL) AS counted, split_part(o.name, '.', 1) AS part_of
            FROM indicators_indicatorobservation o
            WHERE o.first_day >= %(first_day)s AND o.last_day <= %(last_day)s
              AND o.name <> 'operations.indicators_watched' AND split_part(o.name, '.', 1) LIKE %(part)s
            GROUP BY o.name, o.parameters
        """,
        parameters={"part": Parameter(_("Part of the platform, as a pattern"))},
        dimensions={"part_of": _("Part of the platform")},
        proves=(Proves("P24#2", parameters={"part": "%"}),),
    ),
)
