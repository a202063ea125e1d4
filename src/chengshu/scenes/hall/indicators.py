"""What the counters can prove: how many people were served there with an application.

Enquiries, guidance and self-service leave no record here, so the number is a lower bound of the visits to the hall and
is bound to no promise by itself; see the README of ``hub/promises`` on D22.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.api import register_indicators
from chengshu.engines.indicators.data import IndicatorDefinition, Parameter

register_indicators(
    IndicatorDefinition(
        name="hall.people_served",
        title=_("People served at the counters with an application"),
        meaning=_(
            "Applicants who handed in an application at a counter of the hall or got their result over it, each once a "
            "day. Enquiries, guidance, self-service and whoever left without handing in are not recorded and not in it."
        ),
        unit="人次",
        kind="count",
        owner="service-centre",
        records_sql="""
            SELECT min(act.id) || '-' || act.day AS key, min(act.number) AS label,
                   '/applications/' || min(act.id) || '/' AS url, bool_or(act.simulated) AS simulated,
                   act.hall
            FROM (
                SELECT a.id, a.number, a.simulated, u.key AS hall,
                       coalesce(nullif(a.applicant_digest, ''), a.id::text) AS person,
                       (moment.at AT TIME ZONE 'Asia/Shanghai')::date AS day
                FROM services_application a
                JOIN orgs_unit u ON u.id = a.received_at_unit_id AND u.key LIKE %(hall)s
                CROSS JOIN LATERAL (
                    SELECT a.filed_at AS at WHERE a.channel = 'window'
                    UNION ALL
                    SELECT a.delivered_at WHERE a.delivery_manner = 'counter'
                ) moment
                WHERE moment.at >= %(since)s AND moment.at < %(until)s
            ) act
            GROUP BY act.person, act.hall, act.day
        """,
        parameters={"hall": Parameter(_("Unit of the hall, as a pattern"), default="service-centre")},
        dimensions={"hall": _("Unit of the hall")},
    ),
)
