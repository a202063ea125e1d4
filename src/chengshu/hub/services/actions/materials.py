"""Files that citizens bring, and materials that follow after an application was filed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import api as cases
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import Units, asking, current_asker, signed_in_asker
from chengshu.foundation.audit.changes import record_many
from chengshu.foundation.errors import Conflict, InvalidInput, NotSignedIn, Refused, TooMany
from chengshu.foundation.events.bus import emit
from chengshu.foundation.files import uploads
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.purposes import declare_purpose
from chengshu.foundation.orgs.models import Unit, UnitKind
from chengshu.hub.services import asked, filing, material_plan
from chengshu.hub.services.data import MaterialState
from chengshu.hub.services.events import MaterialsSupplied
from chengshu.hub.services.models import Application, ApplicationMaterial, MaterialFile, MaterialUse
from chengshu.hub.services.queries import applications

PURPOSE: Final = "services.material"
MOST_BYTES: Final = 30_000_000
MOST_A_DAY: Final = 200
"""Files that one account may store within 24 hours."""

declare_purpose(PURPOSE, most_bytes=MOST_BYTES)


@action(title=_("Store a material"), at=Reach.SELF, sensitive=("content",))
def store_material(*, name: str, content: bytes) -> int:
    """Store a file for an application of one's own; returns its id.

    It is read by whoever stored it, and with the applications that use it by those who handle them.

    :param content: at most 30 MB
    :raises InvalidFile: if it is empty, too large, not what its name says, damaged or dangerous
    :raises TooMany: after 200 files in a day
    """
    account_id = current_asker().account_id
    if account_id is None:
        raise NotSignedIn(_("Sign in to continue."), hint=_("Your entries are kept while you sign in."))
    _insist_few(account_id)
    with asking(asked.platform()):
        stored = store_file(unit=keeper(), name=name, content=content, purpose=PURPOSE)
        remember_file(file_id=stored.pk, account_id=account_id)
    return stored.pk


@action(title=_("Store an uploaded material"), at=Reach.SELF)
def store_uploaded(*, key: str) -> tuple[int, str, int]:
    """Store a complete upload of one's own like :func:`store_material`; returns id, name and size in bytes.

    :raises Missing: if it is somebody else's, or stored already
    :raises Conflict: if bytes are missing still
    :raises InvalidFile: if the content is refused; the upload is given up then
    """
    account_id = signed_in_asker().account_id or 0
    with bringing():
        upload = uploads.upload_by_key(key)
        if upload.received != upload.size:
            raise Conflict(
                _("%(missing)d bytes are still missing.") % {"missing": upload.size - upload.received},
                code="upload.incomplete",
                hint=_("Continue the upload."),
            )
    _insist_few(account_id)
    with asking(asked.platform()):
        try:
            stored = store_file(unit=keeper(), name=upload.name, content=upload.path, purpose=PURPOSE)
        except InvalidInput:
            upload.path.unlink(missing_ok=True)
            raise
        remember_file(file_id=stored.pk, account_id=account_id)
    with bringing():
        upload.delete()
    return stored.pk, stored.name, stored.content.size


@contextmanager
def bringing() -> Iterator[None]:
    """As the same person, who may bring files to the district for an application."""
    asker, here = current_asker(), keeper().pk
    lent = {name: _also(asker.units(name), here) for name in ("files.store_file", "files.view")}
    with asking(replace(asker, powers={**asker.powers, **lent})):
        yield


def _also(units: Units, unit_id: int) -> Units:
    return units if isinstance(units, str) else units | {unit_id}


@action(title=_("Remember whose file it is"), at=Reach.EVERYWHERE)
def remember_file(*, file_id: int, account_id: int) -> None:
    """Note the owner of a file that the platform stored for somebody."""
    MaterialFile(file_id=file_id, account_id=account_id).save()


@action(title=_("Bind files to an application"), at=Reach.EVERYWHERE)
def bind_files(*, application_id: int) -> None:
    """Let whoever reads an application or its case open the files of its materials.

    What an agent uploaded for somebody becomes that person's: when the authorisation ends, the agent has it no more.
    """
    application = applications.row(application_id)
    by_key = {each.key: each.files for each in application.materials.all() if each.files}
    ids = {file_id for found in by_key.values() for file_id in found}
    known = set(MaterialUse.objects.filter(application=application).values_list("file_id", flat=True))
    uses = [MaterialUse(application=application, file_id=file_id) for file_id in sorted(ids - known)]
    record_many("create", MaterialUse.objects.bulk_create(uses))
    if application.account_id is not None:
        for kept in MaterialFile.objects.filter(file_id__in=ids).exclude(account_id=application.account_id):
            kept.account_id = application.account_id
            kept.save()
    _attach(application, by_key)


def _attach(application: Application, by_key: Mapping[str, Sequence[int]]) -> None:
    if application.case_id is None:
        return
    attached = {one.file_id for one in cases.attachments_of(application.case_id)}
    for key, found in by_key.items():
        for file_id in found:
            if file_id not in attached:
                cases.attach_file(case_id=application.case_id, file_id=file_id, kind=key)


@action(title=_("Supply materials"), at=Reach.SELF)
def supply_materials(*, application_id: int, files: Mapping[str, Sequence[int]]) -> None:
    """Bring materials that were to follow, or that a supplement asks for.

    :param files: key of the material → ids of stored files
    :raises Refused: to anybody but the applicant and their agent
    :raises InvalidInput: ``files`` if a key is none of the application's, or a file is not there
    :raises Conflict: if the application is closed
    """
    application = applications.row(application_id, lock=True)
    if not asked.acts_for(application):
        raise not_the_applicant()
    take_in(application, files)


@action(
    title=_("Receive materials at a window"),
    at=lambda *, application_id, unit_id, **_rest: unit_id,
)
def receive_materials(
    *, application_id: int, unit_id: int, files: Mapping[str, Sequence[int]], paper: Sequence[str] = ()
) -> None:
    """Take in at a counter what was to follow.

    :param unit_id: where the clerk stands: the unit that decides, or that received the application
    :param paper: keys of materials that were handed in on paper
    """
    application = applications.row(application_id, lock=True)
    insist_received_at(application, unit_id)
    take_in(application, files, paper=paper)


def insist_received_at(application: Application, unit_id: int) -> None:
    """
    :raises Refused: to a window that has nothing to do with the application
    """
    if unit_id not in (application.unit_id, application.received_at_unit_id):
        raise Refused(
            _("This application is not received here."),
            code="services.other_unit",
            hint=_("It is received by %(unit)s.") % {"unit": application.unit.shown_name},
        )


def take_in(
    application: Application, files: Mapping[str, Sequence[int]], *, paper: Sequence[str] = ()
) -> None:
    """Write what came; for use inside an action.

    :raises InvalidInput: if it is none of the application's, or a file is not there
    :raises Conflict: if the application is closed
    """
    if application.closed_at is not None:
        raise Conflict(
            _("This application is closed."),
            code="services.closed",
            hint=_("Apply anew if you still need it."),
        )
    wanted = {key: list(ids) for key, ids in files.items() if ids}
    filing.insist_visible(material_plan.Brought(files=wanted))
    rows = {each.key: each for each in application.materials.select_for_update()}
    for key in {*wanted, *paper}:
        if key not in rows:
            raise InvalidInput(
                _("This application has no material “%(key)s”.") % {"key": key[:60]},
                field="files",
                code="services.material_unknown",
            )
    for key in sorted({*wanted, *paper}):
        _supplied(rows[key], wanted.get(key, []))
    application.lacking = any(each.state == MaterialState.LACKING for each in rows.values())
    application.save()
    if wanted:
        with asking(asked.platform()):
            bind_files(application_id=application.pk)
    if wanted or paper:
        emit(MaterialsSupplied(application=application.pk, lacking=application.lacking))


def _supplied(row: ApplicationMaterial, ids: Sequence[int]) -> None:
    row.files = [*row.files, *(each for each in ids if each not in row.files)]
    row.state = MaterialState.UPLOADED if row.files else MaterialState.PAPER
    row.supplied_at, row.due_on = timezone.now(), None
    row.save()


def not_the_applicant() -> Refused:
    return Refused(
        _("Only the applicant, or their agent while the authorisation lasts, may do this."),
        code="services.not_the_applicant",
        hint=_("Ask the applicant, or for a new authorisation."),
    )


def keeper() -> Unit:
    """The unit that keeps citizens' files: the district, whose files nobody sees by their post."""
    return Unit.objects.filter(kind=UnitKind.DISTRICT).order_by("path")[0]


def _insist_few(account_id: int) -> None:
    since = timezone.now() - timedelta(days=1)
    if MaterialFile.objects.filter(account_id=account_id, stored_at__gte=since).count() >= MOST_A_DAY:
        raise TooMany(
            _("You stored %(count)s files within a day.") % {"count": MOST_A_DAY},
            retry_after_s=3600,
            code="services.too_many_files",
            hint=_("Go on tomorrow, or bring the rest to a window."),
        )
