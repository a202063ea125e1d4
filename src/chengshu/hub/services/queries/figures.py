"""Figures of how materials came: what data, earlier applications and pledges spared people from bringing."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta

from django.db.models import Count

from chengshu.foundation.calendar import SHANGHAI
from chengshu.hub.services.data import MaterialState, ReuseFigures
from chengshu.hub.services.models import Application, ApplicationMaterial, Offering


def reuse_figures(since: date, until: date) -> ReuseFigures:
    """Materials of the applications filed from ``since`` to ``until``, both included, that the asker may see.

    Applications for a bundle are counted by their parts, never twice.
    """
    begin = datetime.combine(since, time.min, SHANGHAI)
    end = datetime.combine(until + timedelta(days=1), time.min, SHANGHAI)
    filed = Application.objects.filter(
        filed_at__gte=begin, filed_at__lt=end, version__offering=Offering.MATTER
    )
    found = ApplicationMaterial.objects.filter(application__in=filed)
    counts: Counter[str] = Counter(
        dict(found.order_by().values_list("state").annotate(each=Count("id")).values_list("state", "each"))
    )
    waived = found.filter(state=MaterialState.WAIVED).order_by()
    by_register = waived.values_list("provenance").annotate(each=Count("id")).order_by("-each", "provenance")
    return ReuseFigures(
        applications=filed.count(),
        asked=sum(counts.values()) - counts[MaterialState.NOT_NEEDED],
        uploaded=counts[MaterialState.UPLOADED],
        paper=counts[MaterialState.PAPER],
        reused=counts[MaterialState.REUSED],
        waived=counts[MaterialState.WAIVED],
        pledged=counts[MaterialState.PLEDGED],
        lacking=counts[MaterialState.LACKING],
        by_register=tuple((str(name), int(each)) for name, each in by_register),
    )
