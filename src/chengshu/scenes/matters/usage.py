"""How often matters are applied for: a number without persons, so it is counted over the whole district."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db.models import Count, Min
from django.utils import timezone

from chengshu.foundation.asking import asking, system
from chengshu.hub.services.models import Application, MatterVersion

TWO_YEARS = timedelta(days=730)


def used_since(local_codes: Sequence[str], today: date | None = None) -> Mapping[str, int]:
    """Applications in the last two years, for matters that have been offered for that long; others are left out."""
    day = (today or timezone.localdate()) - TWO_YEARS
    with asking(system("matters usage", "web")):
        offered = dict(
            MatterVersion.objects.filter(local_code__in=local_codes)
            .values_list("local_code")
            .annotate(first=Min("effective_from"))
            .filter(first__lte=day)
            .values_list("local_code", "first")
        )
        counted = dict(
            Application.objects.filter(version__local_code__in=offered, filed_at__date__gte=day)
            .values_list("version__local_code")
            .annotate(count=Count("pk"))
            .values_list("version__local_code", "count")
        )
    return {code: counted.get(code, 0) for code in offered}
