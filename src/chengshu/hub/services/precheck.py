"""What the machine can say before an application is filed: every reason at once, each with a next step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import Form, Typed
from chengshu.foundation.asking import asking, current_asker
from chengshu.foundation.errors import ChengshuError, InvalidInput
from chengshu.hub.services import applicants, asked, filing, guide, material_plan
from chengshu.hub.services.actions.filing import authorisation_used
from chengshu.hub.services.data import Applicant, CheckFinding, Elements, MaterialState, PreCheck
from chengshu.hub.services.material_plan import Planned
from chengshu.hub.services.models import Application, MatterVersion
from chengshu.hub.services.queries import matters, pool

PERSONS = frozenset({"1"})
"""Kind of applicant 自然人 in GB/T 39554.2; every other code is some organisation."""
_RUNNING = ("0", "1", "3", "6", "7", "8", "9", "10")


def pre_check(
    *,
    local_code: str,
    answers: Sequence[str],
    typed: Typed,
    applicant: Applicant,
    reuse: Sequence[str] = (),
    pledges: Sequence[str] = (),
    deferrals: Sequence[str] = (),
    form: Form | None = None,
    authorisation_id: int | None = None,
) -> PreCheck:
    """Everything that stands in the way of an application, and what might.

    :param form: the matter's form; the one in use unless given
    :raises Missing: if there is no such matter in force
    """
    version = matters.matter_row(local_code)
    elements = matters.elements_in(version)
    findings = [
        *_of_offer(version, elements, typed, applicant),
        *_of_answers(elements, answers),
        *_of_applicant(elements, applicant),
        *_of_authorisation(local_code, authorisation_id),
        *_of_running(version, applicant),
    ]
    used = form or _form_of(elements)
    planned = _plan(elements, answers, typed, applicant, used, reuse, pledges, deferrals)
    if used is not None:
        findings += _of_form(used, elements, typed)
    findings += [*_of_materials(planned), *_of_registers(elements, planned, applicant, typed)]
    return PreCheck(tuple(findings), tuple(each.view() for each in planned))


def _form_of(elements: Elements) -> Form | None:
    try:
        return registers.form(matters.Readiness.now().form_of(elements))
    except ChengshuError:
        return None


def _plan(
    elements: Elements,
    answers: Sequence[str],
    typed: Typed,
    applicant: Applicant,
    form: Form | None,
    reuse: Sequence[str],
    pledges: Sequence[str],
    deferrals: Sequence[str],
) -> tuple[Planned, ...]:
    brought = material_plan.brought_in(
        typed,
        reuse=reuse,
        pledges=pledges,
        deferrals=deferrals,
        pool=pool.pool(applicant.account_id or applicant) if reuse else (),
    )
    lines = registers.check(form, typed).materials if form is not None and form.materials else ()
    return material_plan.plan(elements, answers, brought, applicant=applicant, typed=typed, lines=lines)


def _of_offer(
    version: MatterVersion, elements: Elements, typed: Typed, applicant: Applicant
) -> Iterator[CheckFinding]:
    request = filing.Request(form=None, typed=typed, applicant=applicant, channel="portal")
    try:
        filing.insist_offered(version, elements, request)
    except ChengshuError as error:
        yield CheckFinding("", error.message, error.hint)


def _of_answers(elements: Elements, answers: Sequence[str]) -> Iterator[CheckFinding]:
    try:
        guide.insist_on_answers(elements, answers)
    except InvalidInput as error:
        yield CheckFinding("answers", error.message, error.hint)
    for question in guide.unanswered(elements, answers):
        words = _("Answer this first: %(question)s") % {"question": question.title}
        yield CheckFinding("answers", words, _("The answers decide which materials are needed."))


def _of_applicant(elements: Elements, applicant: Applicant) -> Iterator[CheckFinding]:
    for check in (applicants.checked_name, applicants.normal_identity):
        try:
            check(applicant)
        except InvalidInput as error:
            yield CheckFinding(error.field, error.message, error.hint)
    is_person = applicant.kind == applicants.PERSON
    accepted = PERSONS.intersection(elements.objects) if is_person else set(elements.objects) - PERSONS
    if elements.objects and not accepted:
        who = _("a person") if is_person else _("an organisation")
        yield CheckFinding(
            "applicant",
            _("This matter is not for %(who)s.") % {"who": who},
            _("The item page says who may apply."),
        )


def _of_authorisation(local_code: str, authorisation_id: int | None) -> Iterator[CheckFinding]:
    try:
        authorisation_used(authorisation_id, [local_code])
    except ChengshuError as error:
        yield CheckFinding("authorisation", error.message, error.hint)


def _of_running(version: MatterVersion, applicant: Applicant) -> Iterator[CheckFinding]:
    """An earlier application for the same thing that is still under way: a hint, for it may be another occasion."""
    try:
        digest = applicants.digest_of(applicant)
    except InvalidInput:
        return
    with asking(asked.platform()):
        earlier = (
            Application.objects.filter(
                applicant_digest=digest,
                version__local_code=version.local_code,
                status__in=_RUNNING,
                closed_at=None,
            )
            .order_by("-filed_at")
            .first()
        )
    if earlier is not None and _is_theirs(earlier):
        yield CheckFinding(
            "",
            _("An application for this is under way already: %(number)s.") % {"number": earlier.number},
            _("Look at its progress first; file another only for another occasion."),
            blocks=False,
        )


def _is_theirs(earlier: Application) -> bool:
    """Typing somebody's number tells nobody what that person applied for."""
    asker = current_asker()
    return asked.acts_for(earlier) or asker.is_system or asker.holds("services.file_at_window")


def _of_form(form: Form, elements: Elements, typed: Typed) -> Iterator[CheckFinding]:
    for error in registers.check(material_plan.form_without(form, elements), typed).errors:
        words = _("%(title)s: %(reason)s") % {"title": error.title, "reason": error.reason}
        yield CheckFinding(error.path, words if error.title else error.reason, error.next_step)


def _of_materials(planned: Sequence[Planned]) -> Iterator[CheckFinding]:
    for each in planned:
        path = f"{material_plan.MATERIALS}{each.material.key}"
        if each.problem:
            yield CheckFinding(path, each.problem, each.hint)
        elif each.state == MaterialState.LACKING and each.due_on is not None:
            words = _("“%(name)s” must follow by %(day)s.") % {
                "name": each.material.name,
                "day": each.due_on.isoformat(),
            }
            yield CheckFinding(path, words, _("Without it the result may be withheld."), blocks=False)


def _of_registers(
    elements: Elements, planned: Sequence[Planned], applicant: Applicant, typed: Typed
) -> Iterator[CheckFinding]:
    """A register knows the applicant, but what it says has ended."""
    seen: set[str] = set()
    for each in planned:
        register = each.material.waived_by
        if not register or register in seen or each.state == MaterialState.WAIVED:
            continue
        seen.add(register)
        records = material_plan.records_of(register, applicant, typed)
        if records and material_plan.record_in_force(register, applicant, typed) is None:
            yield CheckFinding(
                f"{material_plan.MATERIALS}{each.material.key}",
                _("What the register says about “%(name)s” ended on %(day)s.")
                % {
                    "name": each.material.name,
                    "day": material_plan.last_day(records[0]).isoformat(),
                },
                _("Renew it first, or upload the one that holds."),
                blocks=False,
            )
