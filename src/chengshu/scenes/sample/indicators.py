"""What this scene counts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.api import register_indicators
from chengshu.engines.indicators.data import IndicatorDefinition

register_indicators(
    IndicatorDefinition(
        name="sample.notes_answered",
        version="1",
        title=_("Notes that were answered"),
        meaning=_("Of the notes left in the period, those that have an answer."),
        unit="%",
        kind="rate",
        owner="service-centre",
        records_sql="""
            SELECT note.id AS key, '/sample/' || note.id || '/' AS url,
                   note.answered_at IS NOT NULL AND note.answered_at < %(until)s AS counted, note.simulated
            FROM sample_note AS note
            WHERE note.left_at >= %(since)s AND note.left_at < %(until)s
        """,
    )
)
