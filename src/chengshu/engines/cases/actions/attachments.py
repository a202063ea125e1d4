"""Files of a case."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.models import Attachment, Case, Task
from chengshu.engines.cases.state import TaskState
from chengshu.engines.cases.who import require_at_one
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, Missing
from chengshu.foundation.files.queries import file_by_id


@action(title=_("Attach a file to a case"), at=Reach.SELF)
def attach_file(*, case_id: int, file_id: int, name: str = "", kind: str = "", node: str = "") -> int:
    """Add a stored file to a case; whoever may read the case may open it.

    :param file_id: from ``files.actions.store_file``
    :param name: what people call it; the file's own name unless given
    :param kind: key of the material in a material list
    :param node: the step it was added at
    :return: the attachment's id
    :raises Refused: to those who only read the case, or had to do with it once
    """
    case = _case(case_id)
    _require_part(case, "cases.attach_file")
    file = file_by_id(file_id)
    attachment = Attachment(
        case=case,
        file=file,
        content_id=file.content_id,
        name=(name.strip() or file.name)[:200],
        size=file.content.size,
        kind=kind,
        node=node,
        added_by_id=current_asker().account_id,
    )
    attachment.save()
    return attachment.pk


@action(title=_("Take a file off a case"), at=Reach.SELF)
def remove_attachment(*, attachment_id: int, reason: str) -> None:
    """Mark an attachment as taken away; who added it and that it was there stays visible.

    :raises Refused: to anybody but whoever added it and those who hold this power at a unit of the case
    :raises Conflict: if it was taken off already, or the case has ended
    """
    found = Attachment.objects.select_related("case").filter(pk=attachment_id).first()
    if found is None:
        raise Missing(
            _("There is no such attachment, or you may not see it."), code="cases.attachment_missing"
        )
    if found.removed_at is not None:
        raise Conflict(
            _("This file was taken off already."),
            code="cases.attachment_removed",
            hint=_("Reload the page to see it."),
        )
    asker = current_asker()
    if asker.is_system or found.added_by_id != asker.account_id:
        require_at_one(asker, "cases.remove_attachment", found.case.reader_units, found.case.unit_id)
    if found.case.ended_at is not None:
        raise Conflict(
            _("The case is ended."), code="cases.ended", hint=_("Its file stays as it was when it ended.")
        )
    found.removed_at = timezone.now()
    found.save()


def _require_part(case: Case, permission: str) -> None:
    """Whoever filed it, has an open task of it, or holds the power at one of its units."""
    asker = current_asker()
    if asker.account_id is not None:
        mine = Task.objects.filter(case=case, assignee_id=asker.account_id, state=TaskState.OPEN)
        if case.opened_by_id == asker.account_id or mine.exists():
            return
    require_at_one(asker, permission, case.reader_units, case.unit_id)


def _case(case_id: int) -> Case:
    found = Case.objects.filter(pk=case_id).first()
    if found is None:
        raise Missing(
            _("There is no such case, or you may not see it."),
            code="cases.missing",
            hint=_("Go back to the list of cases."),
        )
    return found
