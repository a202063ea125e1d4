"""Filing, step by step: what is asked for is checked whole before the first row is written.

One transaction holds the application, its form, its materials, its case and its receipt; when the case cannot be
opened, nothing of it stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import api as cases
from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import Checked, FieldError, Form, FormRefused, MaterialLine, Typed
from chengshu.foundation.asking import asking, current_asker
from chengshu.foundation.audit.changes import record_many
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.events.bus import emit
from chengshu.foundation.files.queries import files as visible_files
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services import applicants, asked, guide, material_plan, numbers, variables
from chengshu.hub.services.data import Applicant, Elements, Filed, MaterialState, PoolItem
from chengshu.hub.services.events import ApplicationFiled
from chengshu.hub.services.material_plan import Brought, Planned
from chengshu.hub.services.models import (
    Application,
    ApplicationMaterial,
    Authorisation,
    MatterVersion,
    Progress,
)
from chengshu.hub.services.queries import matters, pool
from chengshu.hub.services.subjects import subject_of

RECEIVED = "1"


@dataclass(frozen=True)
class Request:
    """What somebody asks for, as the page or the window brought it.

    :param account_id: whose affair it is; None for somebody without an account
    :param received_at_unit_id: 收件地, at a window
    """

    form: Form | None
    typed: Typed
    applicant: Applicant
    channel: str
    answers: tuple[str, ...] = ()
    reuse: tuple[str, ...] = ()
    pledges: tuple[str, ...] = ()
    deferrals: tuple[str, ...] = ()
    files: Mapping[str, Sequence[int]] = field(default_factory=dict)
    request_key: str = ""
    account_id: int | None = None
    authorisation: Authorisation | None = None
    received_at_unit_id: int | None = None
    region_mode: str = ""
    simulated: bool = False


@dataclass(frozen=True)
class Checkup:
    """A request found to be complete: everything that will be written."""

    version: MatterVersion
    elements: Elements
    answers: tuple[str, ...]
    form: Form | None
    typed: Typed
    checked: Checked
    materials: tuple[Planned, ...]


def first_of(request_key: str) -> Application | None:
    """What the asker filed with this key already; whoever files with it at the same moment waits here.

    :raises InvalidInput: ``request_key``
    """
    if not request_key:
        return None
    if len(request_key) > 64 or not request_key.isprintable():
        raise InvalidInput(
            _("This is no key of a request."), field="request_key", code="services.request_key"
        )
    me = current_asker().account_id
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"services.file:{me}:{request_key}"]
        )
    return Application.objects.filter(filed_by_id=me, request_key=request_key).first()


def filed_again(found: Application) -> Filed:
    """What the first click gave."""
    return Filed(
        application_id=found.pk,
        number=found.number,
        access_code=numbers.access_code(found.number, found.request_key),
        case_id=found.case_id,
        children=tuple(found.children.order_by("id").values_list("pk", flat=True)),
    )


def checkup(version: MatterVersion, request: Request, *, shared: Mapping[str, str] | None = None) -> Checkup:
    """Everything that filing needs, or the reasons why it cannot be filed.

    :param shared: materials that came with another part of the same bundle
    :raises FormRefused: with every error of the form and every missing material
    :raises InvalidInput: for answers, applicant or files that are none
    :raises Conflict: if nobody can apply for it here
    """
    elements = matters.elements_in(version)
    insist_offered(version, elements, request)
    answers = insist_answered(elements, request.answers)
    form = form_of(elements, request.form)
    typed = request.typed
    own_form = material_plan.form_without(form, elements) if form is not None else None
    checked = registers.check(own_form, typed) if own_form is not None else Checked({})
    brought = brought_by(request, shared)
    insist_visible(brought)
    planned = material_plan.plan(
        elements,
        answers,
        brought,
        applicant=request.applicant,
        typed=typed,
        lines=_lines(form, typed),
    )
    _refuse(form, checked, planned)
    return Checkup(version, elements, answers, own_form, typed, checked, planned)


def _lines(form: Form | None, typed: Typed) -> tuple[MaterialLine, ...]:
    return registers.check(form, typed).materials if form is not None and form.materials else ()


def brought_by(request: Request, shared: Mapping[str, str] | None = None) -> Brought:
    offered: Sequence[PoolItem] = ()
    if request.reuse:
        at_window = request.received_at_unit_id is not None
        offered = pool.pool(request.applicant if at_window else request.account_id or request.applicant)
    return material_plan.brought_in(
        request.typed,
        files=request.files,
        reuse=request.reuse,
        pledges=request.pledges,
        deferrals=request.deferrals,
        pool=offered,
        shared=shared,
    )


def insist_offered(version: MatterVersion, elements: Elements, request: Request) -> None:
    """
    :raises Conflict: if it cannot be applied for here, or not by this channel
    :raises InvalidInput: ``region_mode``
    """
    if not matters.Readiness.now().is_ready(elements):
        raise Conflict(
            _("“%(name)s” cannot be applied for on this platform.") % {"name": version.name},
            code="services.not_offered",
            hint=_("The item page says where to apply."),
        )
    if request.channel == "portal" and matters.ONLINE not in elements.channels:
        raise Conflict(
            _("“%(name)s” is received at a window only.") % {"name": version.name},
            code="services.window_only",
            hint=_("The item page says where and when."),
        )
    if request.region_mode and request.region_mode not in elements.regions:
        raise InvalidInput(
            _("This matter is not handled across regions in this way."),
            field="region_mode",
            code="services.region_mode",
        )


def insist_answered(elements: Elements, answers: Sequence[str]) -> tuple[str, ...]:
    """The answers that count.

    :raises InvalidInput: ``answers`` if one is none of the guide's, or a question is open
    """
    counted = guide.insist_on_answers(elements, answers)
    for question in guide.unanswered(elements, answers):
        raise InvalidInput(
            _("Answer this first: %(question)s") % {"question": question.title},
            field="answers",
            code="services.unanswered",
            hint=_("The answers decide which materials are needed."),
        )
    return counted


def form_of(elements: Elements, given: Form | None) -> Form | None:
    """The matter's form, which must be the one that was filled in.

    :raises Conflict: if it is another one
    """
    key = matters.Readiness.now().form_of(elements)
    if given is not None and given.key != key:
        raise Conflict(
            _("This matter is applied for by another form."),
            code="services.other_form",
            hint=_("Begin from the matter's page."),
        )
    return given if given is not None else registers.form(key)


def insist_visible(brought: Brought) -> None:
    """Nobody hands in files that they may not see.

    :raises InvalidInput: ``files``
    """
    ids = {each for found in brought.files.values() for each in found}
    seen = set(visible_files().filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    if ids - seen:
        raise InvalidInput(
            _("A file is not there any more."), field="files", code="file.missing", hint=_("Upload it again.")
        )


def _refuse(form: Form | None, checked: Checked, planned: Sequence[Planned]) -> None:
    errors = [*checked.errors, *(error_of(each) for each in planned if each.problem)]
    if errors:
        raise FormRefused(
            _("The application is not complete yet."),
            errors,
            hint=_("Correct what is marked; what you entered is kept."),
        )


def error_of(planned: Planned) -> FieldError:
    return FieldError(
        f"{material_plan.MATERIALS}{planned.material.key}",
        planned.problem,
        planned.hint,
        "material.missing",
        planned.material.name,
    )


def enter(found: Checkup, request: Request, *, parent: Application | None = None) -> Application:
    """Write one application with its form, materials and case. For use inside an action."""
    now = timezone.now()
    application = new_application(found.version, request, parent=parent)
    application.legal_limit = found.elements.legal_limit
    application.promised_limit = found.elements.promised_limit
    application.answers = list(found.answers)
    application.lacking = any(each.state == MaterialState.LACKING for each in found.materials)
    application.pledged = any(each.state == MaterialState.PLEDGED for each in found.materials)
    _open_case(application, found, request)
    application.save(force_insert=True)
    Progress(application=application, status=RECEIVED, at=now).save()
    _submit(application, found, request)
    _enter_materials(application, found)
    emit(
        ApplicationFiled(
            application=application.pk,
            local_code=found.version.local_code,
            unit=application.unit_id,
            channel=application.channel,
        )
    )
    return application


def new_application(
    version: MatterVersion, request: Request, *, parent: Application | None = None
) -> Application:
    """The row, not saved yet, with number, applicant and code."""
    now = timezone.now()
    pk = numbers.next_application()
    application = Application(
        pk=pk,
        number=numbers.application_number(pk, matters.today()),
        request_key="" if parent is not None else request.request_key,
        version=version,
        parent=parent,
        unit_id=version.unit_id,
        channel=request.channel,
        account_id=request.account_id,
        filed_by_id=current_asker().account_id,
        authorisation=request.authorisation,
        received_at_unit_id=request.received_at_unit_id,
        region_mode=request.region_mode,
        status=RECEIVED,
        filed_at=now,
        simulated=request.simulated,
    )
    applicants.put_applicant(application, request.applicant)
    code = numbers.access_code(application.number, application.request_key)
    application.access_code_digest = numbers.access_digest(application.number, code)
    return application


def _open_case(application: Application, found: Checkup, request: Request) -> None:
    """The platform opens it for the applicant: it is theirs to read, to supplement and to withdraw."""
    title = f"{application.applicant_name} {found.version.name}"
    given: dict[str, Any] = variables.of_form(found.form, found.checked.values)
    given.update(
        application=application.pk,
        matter=found.version.local_code,
        legal_limit=found.elements.legal_limit,
        promised_limit=found.elements.promised_limit,
        lacking=application.lacking,
        pledged=application.pledged,
        channel=application.channel,
        answers=list(found.answers),
    )
    with asking(asked.platform()):
        application.case_id = cases.open_case(
            definition=found.elements.process,
            unit_id=application.unit_id,
            title=title,
            variables=given,
            applicant_id=application.account_id or application.filed_by_id,
            simulated=request.simulated,
        )
        application.case_number, application.due_at = case_facts(application.case_id)


def case_facts(case_id: int) -> tuple[str, Any]:
    """Number and due moment of a case."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, due_at FROM cases_case WHERE id = %s", [case_id])
        row = cursor.fetchone()
    return (row[0], row[1]) if row else ("", None)


def _submit(application: Application, found: Checkup, request: Request) -> None:
    """Hand the form in: as oneself, or through the platform for somebody else, so that an agent keeps no copy."""
    if found.form is None:
        return
    unit = Unit.objects.get(pk=application.unit_id)
    subject = subject_of(application.pk)
    if request.authorisation is None:
        registers.submit_form(subject=subject, form=found.form, typed=found.typed, unit=unit)
        return
    with asking(asked.platform()):
        registers.submit_form(subject=subject, form=found.form, typed=found.typed, unit=unit)


def _enter_materials(application: Application, found: Checkup) -> None:
    now = timezone.now()
    rows = [
        ApplicationMaterial(
            application=application,
            key=each.material.key,
            name=each.material.name,
            state=each.state,
            files=list(each.files),
            provenance=each.provenance,
            due_on=each.due_on,
            supplied_at=now if each.files or each.state == MaterialState.PAPER else None,
        )
        for each in found.materials
    ]
    rows += _of_form_only(application, found)
    record_many("create", ApplicationMaterial.objects.bulk_create(rows))


def _of_form_only(application: Application, found: Checkup) -> list[ApplicationMaterial]:
    """Materials that only the form asks for."""
    states = {
        "present": MaterialState.UPLOADED,
        "waived": MaterialState.WAIVED,
        "deferred": MaterialState.LACKING,
    }
    return [
        ApplicationMaterial(
            application=application,
            key=line.key,
            name=line.title,
            state=states.get(line.state, MaterialState.NOT_NEEDED)
            if line.files or line.state != "present"
            else MaterialState.PAPER,
            files=list(line.files),
            provenance=f"{line.provenance.register}:{line.provenance.source}" if line.provenance else "",
            due_on=line.due_on,
            supplied_at=timezone.now() if line.state == "present" else None,
        )
        for line in found.checked.materials
    ]
