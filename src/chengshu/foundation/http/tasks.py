"""Long work and rounds of HTTP itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, require
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http import exports
from chengshu.foundation.http.actions import export_rows
from chengshu.foundation.http.idempotency import KEPT
from chengshu.foundation.http.models import IdempotencyKey
from chengshu.foundation.jobs.calls import job
from chengshu.foundation.jobs.periodic import periodic
from chengshu.foundation.jobs.work import Work


@job(title=_("Export a table"))
def export_in_background(work: Work, *, name: str, form: str, arguments: dict[str, str]) -> dict[str, int]:
    """Write a large table with progress and keep it as the result, seen by the person who asked only."""
    export = exports.export_named(name)
    require(work.asker, export.opens, Reach.ANYWHERE)
    rows = export.rows(arguments)
    total = exports.count_of(rows)
    if form == "xlsx" and total > exports.MOST_SHEET_ROWS:
        raise InvalidInput(
            _("A workbook cannot hold %(count)d rows.") % {"count": total},
            code="export.too_many_rows",
            hint=_("Export it as CSV, or filter the table first."),
        )
    path = exports.write_export(export, form, _counted(work, exports.values_of(export, rows), total))
    try:
        work.keep(path, name=exports.file_name(export, form), media_type=exports.MEDIA_TYPES[form])
    finally:
        path.unlink(missing_ok=True)
    export_rows(name=name, form=form, rows=work.done, arguments=arguments)
    return {"rows": work.done}


def _counted(work: Work, cells: Iterator[list[Any]], total: int) -> Iterator[list[Any]]:
    work.advance(0, total)
    done = 0
    while batch := list(islice(cells, 500)):
        yield from batch
        done += len(batch)
        work.advance(done, total)


@periodic(every=timedelta(hours=1))
def forget_repeatable_requests() -> None:
    """Answers are kept for a day."""
    IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
