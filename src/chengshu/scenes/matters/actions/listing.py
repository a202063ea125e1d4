"""Making a list anew: a version is kept only when it differs from the one before."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import canonical, sm3
from chengshu.scenes.matters import lists
from chengshu.scenes.matters.models import ListVersion


@action(title=_("Make a list anew"), at=Reach.ANYWHERE)
def make_list(*, kind: str) -> ListVersion:
    """Make a list from the matters in force; the version before stands as long as nothing has changed.

    :raises Missing: if there is no such kind of list
    """
    rows = lists.rows_of(lists.kind_named(kind))
    digest = sm3(canonical(rows))
    last = ListVersion.objects.select_for_update().filter(kind=kind).order_by("-number").first()
    if last is not None and last.digest == digest:
        return last
    version = ListVersion(
        kind=kind,
        number=last.number + 1 if last else 1,
        rows=rows,
        count=len(rows),
        digest=digest,
        made_at=timezone.now(),
        made_by_id=current_asker().account_id,
    )
    version.save()
    return version
