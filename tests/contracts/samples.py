"""Rows to knock at: one of each table that belongs to units in several units, and what routes take as arguments.

``ARGUMENTS`` says for every argument of every route which value is one row of the service centre and which is one of
another unit. A route whose argument is not here fails the deny matrix: nothing is left out unseen.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils import timezone
from PIL import Image

from chengshu.engines.registers.models import FormSubmission, FormVersion
from chengshu.foundation import action
from chengshu.foundation.asking import asking, system
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File
from chengshu.foundation.jobs.models import JobRecord, JobState
from chengshu.hub.promises.actions.evaluating import start_self_evaluation
from chengshu.hub.promises.actions.monitoring import open_monitoring
from chengshu.hub.promises.actions.publishing import targets_document
from chengshu.hub.promises.models import Form, FormState, Publication
from tests.contracts.case_samples import OWNER as PROCESS_OWNER
from tests.contracts.case_samples import PROCESS, make_cases
from tests.contracts.district import District, Visitor
from tests.contracts.probe_samples import make_probes
from tests.contracts.service_samples import (
    FURTHER,
    INDICATOR,
    JOINT,
    LIST,
    PORTAL_BUNDLE,
    PORTAL_CODE,
    code_of,
    make_services,
)
from tests.contracts.stream_samples import make_streams

NEAR, FAR, ABROAD = "service-centre", "data-bureau-proper", "finance-bureau"
"""A unit, its sister under the same bureau, and a unit of another bureau."""
OWNER = "unit_officer"
"""Whose rows the rows of accounts are."""


@dataclass(frozen=True)
class Sample:
    """One value for one argument of a route, and who may see what is behind it.

    :param app: whose ``view…`` powers open the row; empty where there is no row
    :param unit_id: the row's unit
    :param owner: the only account that may see it
    :param also: further units whose people see the row
    :param accounts: accounts that see it wherever they are, such as the applicant's
    :param through: further apps and units whose readers see the row
    """

    value: object
    app: str = ""
    unit_id: int | None = None
    owner: int | None = None
    also: tuple[int, ...] = ()
    accounts: tuple[int, ...] = ()
    through: tuple[tuple[str, int], ...] = ()

    def is_seen_by(self, visitor: Visitor) -> bool:
        if self.owner is not None:
            return visitor.account_id == self.owner
        if self.unit_id is None or visitor.account_id in self.accounts:
            return True
        places = [(self.app, unit_id) for unit_id in (self.unit_id, *self.also)]
        return any(visitor.reads(app, unit_id) for app, unit_id in (*places, *self.through))


@dataclass(frozen=True)
class Rows:
    """The made and imported rows: table → unit key → row."""

    district: District
    by_table: dict[str, dict[str, models.Model]]

    def at(self, label: str, unit: str) -> models.Model:
        return self.by_table[apps.get_model(label)._meta.db_table][unit]


Provider = Callable[[Rows, str], Sample]
"""From the rows and a unit's key to the value of an argument."""


def constant(value: object) -> Provider:
    return lambda rows, unit: Sample(value)


def row(label: str, attribute: str = "pk") -> Provider:
    """A row of a table with units."""

    def of(rows: Rows, unit: str) -> Sample:
        found = rows.at(label, unit)
        return Sample(getattr(found, attribute), found._meta.app_label, found.unit_id)  # type: ignore[attr-defined]

    return of


def own(label: str, attribute: str = "pk") -> Provider:
    """A row of one account, the same in every unit."""

    def of(rows: Rows, unit: str) -> Sample:
        found = rows.at(label, NEAR)
        return Sample(getattr(found, attribute), owner=rows.district.visitors[OWNER].account_id)

    return of


def any_row(label: str, attribute: str = "pk", **where: object) -> Provider:
    """A row of a table whose rows belong to nobody in particular."""
    return lambda rows, unit: Sample(
        getattr(apps.get_model(label).objects.filter(**where).first(), attribute)
    )


def printed(near: str, far: str) -> Provider:
    """A printed reference of a promise or project, which belongs to the unit that the tables print it under."""

    def of(rows: Rows, unit: str) -> Sample:
        return Sample(near if unit == NEAR else far, "promises", rows.district.units[unit].pk)

    return of


def account(rows: Rows, unit: str) -> Sample:
    return Sample(rows.district.visitors["resident"].account_id)


def standing_publication(rows: Rows, unit: str) -> Sample:
    """A publication in force: everybody may read it."""
    ref = "P44" if unit == NEAR else "P01"
    return Sample(Publication.objects.get(ref=ref, withdrawn_at=None).pk)


def form_key(rows: Rows, unit: str) -> Sample:
    """A form may be read by all who see forms; its version that is not in use yet only within its unit."""
    return Sample(FormVersion.objects.get(pk=rows.at("registers.FormVersion", unit).pk).definition.key)


def of_case(label: str) -> Provider:
    """A case or something of it: its unit sees it, and the unit that owns its process."""

    def of(rows: Rows, unit: str) -> Sample:
        units = rows.district.units
        return Sample(rows.at(label, unit).pk, "cases", units[unit].pk, also=(units[PROCESS_OWNER].pk,))

    return of


def applied(label: str, attribute: str = "pk") -> Provider:
    """Something of an application: its unit sees it, whoever may read its case, and the applicant."""

    def of(rows: Rows, unit: str) -> Sample:
        units, found = rows.district.units, rows.at(label, unit)
        applicant = rows.district.visitors["resident"].account_id or 0
        return Sample(
            getattr(found, attribute),
            "services",
            units[unit].pk,
            accounts=(applicant,),
            through=(("cases", units[unit].pk), ("cases", units[PROCESS_OWNER].pk)),
        )

    return of


def of_resident(label: str, attribute: str = "pk") -> Provider:
    """What only the resident finds under their own things."""

    def of(rows: Rows, unit: str) -> Sample:
        account_id = rows.district.visitors["resident"].account_id
        return Sample(getattr(rows.at(label, unit), attribute), owner=account_id)

    return of


def of_project(label: str, attribute: str = "pk") -> Provider:
    """Something of a construction project: the units of its stages see it too."""

    def of(rows: Rows, unit: str) -> Sample:
        project: Any = rows.at("approvals.ConstructionProject", unit)
        readers = tuple(project.reader_units)
        return Sample(
            getattr(rows.at(label, unit), attribute), "approvals", rows.district.units[unit].pk, also=readers
        )

    return of


def expert(rows: Rows, unit: str) -> Sample:
    """All who read approvals anywhere know the panel."""
    found: Any = rows.at("approvals.Expert", unit)
    everywhere = tuple(unit.pk for unit in rows.district.units.values())
    return Sample(found.number, "approvals", found.unit_id, also=everywhere)


def model_with_draft(rows: Rows, unit: str) -> Sample:
    """Everybody with the power sees thing models; a version that is a draft only its unit."""
    draft: Any = rows.at("streams.ThingModelVersion", unit)
    return Sample(draft.model.key, "streams", draft.unit_id)


def observation(rows: Rows, unit: str) -> Sample:
    """A number that was really computed, of the unit that owns the indicator."""
    found = apps.get_model("indicators.IndicatorObservation").objects.filter(name=INDICATOR)[0]
    return Sample(found.pk, "indicators", found.unit_id)


def known_score(rows: Rows, unit: str) -> Sample:
    """All who see the cockpit anywhere know the scores."""
    found: Any = rows.at("cockpit.ScoreVersion", unit)
    everywhere = tuple(each.pk for each in rows.district.units.values())
    return Sample(found.key, "cockpit", found.unit_id, also=everywhere)


def joint_acceptance(rows: Rows, unit: str) -> Sample:
    found = apps.get_model("cases.Case").objects.filter(definition__key=JOINT)[0]
    return Sample(found.pk, "cases", found.unit_id)


EVALUATION, MONITORING = row("promises.SelfEvaluation"), row("promises.Monitoring")
FINDING, ATTESTATION = row("promises.Finding"), row("promises.Attestation")
PROMISE = printed("P44-1", "P01-1")

ARGUMENTS: dict[str, Provider] = {
    "approvals.case_id": joint_acceptance,
    "approvals.code": of_project("approvals.ConstructionProject", "code"),
    "approvals.defect_id": of_project("approvals.Defect"),
    "approvals.deferral_id": row("approvals.Deferral"),
    "approvals.item_id": of_project("approvals.ProjectItem"),
    "approvals.licence_id": row("approvals.Licence"),
    "approvals.note_id": row("approvals.CreditNote"),
    "approvals.number": any_row("approvals.PublicNotice", "number", state="posted"),
    "approvals:expert.number": expert,
    "approvals:notice_on_desk.number": row("approvals.PublicNotice", "number"),
    "approvals.review_id": row("approvals.ExpertReview"),
    "approvals.seat_id": row("approvals.ReviewSeat"),
    "approvals.visit_id": of_project("approvals.SiteVisit"),
    "audit.entry_id": any_row("audit.AuditEntry"),
    "cases.case_id": of_case("cases.Case"),
    "cases.task_id": of_case("cases.Task"),
    "cockpit.device_id": row("streams.Device"),
    "cockpit.observation": observation,
    "cockpit.score": known_score,
    "cockpit.tile": constant("note"),
    "cockpit.view": row("cockpit.CockpitView", "key"),
    "command.act": constant("note"),
    "command:act_on_duty.act": constant("arrive"),
    "command:act_on_instruction.act": constant("remind"),
    "command:act_on_plan.act": constant("submit"),
    "command:act_on_report.act": constant("redraft"),
    "command:act_on_roster.act": constant("make"),
    "command:act_on_run.act": constant("lesson"),
    "command:act_on_step.act": constant("skip"),
    "command.event_id": row("command.CityEvent"),
    "command.instruction_id": row("command.Instruction"),
    "command.kind": constant("pdf"),
    "command.reply_id": row("command.InstructionReply"),
    "command.report_id": row("command.SituationReport"),
    "command:run_report_file.report_id": row("command.RunReport"),
    "command.run_id": row("command.PlanRun"),
    "command.step_id": row("command.RunStep"),
    "command.version_id": row("command.PlanVersion"),
    "desk.key": constant("sample.seal_use"),
    "desk.version_id": any_row("cases.DefinitionVersion", definition__key="sample.seal_use"),
    "files.key": own("files.Upload", "key"),
    "files.page": constant(1),
    "files.pk": row("files.File"),
    "hall.application_id": applied("services.Application"),
    "hall.code": constant(code_of(NEAR)),
    "hall.custody_id": applied("services.Custody"),
    "http.name": constant("promises.found"),
    "http.pk": own("http.SavedView"),
    "identity.account_id": account,
    "identity.session_id": own("identity.Session"),
    "identity.token_id": own("identity.MachineToken"),
    "inbox.act": constant("claim_task"),
    "inbox:act_on_case.act": constant("circulate_case"),
    "inbox.attachment_id": of_case("cases.Attachment"),
    "inbox.card_id": of_case("cases.Supervision"),
    "inbox.case_id": of_case("cases.Case"),
    "inbox.file_format": constant("docx"),
    "inbox.job_id": of_case("cases.Job"),
    "inbox.key": constant(PROCESS),
    "inbox.task_id": of_case("cases.Task"),
    "indicators.indicator": constant(INDICATOR),
    "indicators.observation": observation,
    "jobs.pk": own("jobs.JobRecord"),
    "links.key": row("links.Link", "key"),
    "links.match_id": row("links.Match"),
    "links.version_id": row("links.LinkVersion"),
    "matters.code": any_row("matters.Power", "code"),
    "matters.key": any_row("matters.LegalText", "key"),
    "matters.kind": constant(LIST),
    "matters.local_code": row("matters.Matter", "local_code"),
    "matters.number": constant(1),
    "matters:change_delegated_power.number": row("matters.DelegatedPower", "number"),
    "matters:delegated_power.number": row("matters.DelegatedPower", "number"),
    "matters.verb": constant("submit"),
    "matters:change_delegated_power.verb": constant("use"),
    "notices.notice_id": row("notices.Notice"),
    "operations.act": constant("survey"),
    "operations.change_id": row("operations.Change"),
    "operations.check_id": row("operations.RoundCheck"),
    "operations.contract_id": row("operations.Contract"),
    "operations.deliverable_id": row("operations.Deliverable"),
    "operations.delivery_id": row("operations.Delivery"),
    "operations.kind": constant("pdf"),
    "operations.outage_id": row("operations.Outage"),
    "operations.problem_id": row("operations.Problem"),
    "operations.proof_id": row("operations.LoadProof"),
    "operations.report_id": row("operations.MonthlyReport"),
    "operations.resource_id": row("operations.Resource"),
    "operations.round_id": row("operations.Round"),
    "operations.snapshot_id": row("operations.Snapshot"),
    "operations.ticket_id": row("operations.Ticket"),
    "orgs.appointment_id": any_row("orgs.Appointment"),
    "orgs.contact_id": any_row("orgs.OfficialContact"),
    "orgs.delegation_id": any_row("orgs.Delegation"),
    "orgs.key": constant("unit_officer"),
    "orgs.post_id": any_row("orgs.Post"),
    "orgs.unit_id": any_row("orgs.Unit", key=NEAR),
    "portal.application_id": applied("services.Application"),
    "portal.authorisation_id": of_resident("services.Authorisation"),
    "portal.code": constant(PORTAL_CODE),
    "portal:bundle.code": constant(PORTAL_BUNDLE),
    "probes.check_id": row("probes.Check"),
    "probes.key": row("probes.Target", "key"),
    "probes.maintenance_id": row("probes.Maintenance"),
    "promises:attestation.number": ATTESTATION,
    "promises:apply_evaluation.number": EVALUATION,
    "promises:checkpoint.number": MONITORING,
    "promises:evaluation.number": EVALUATION,
    "promises:evaluation_file.number": EVALUATION,
    "promises:monitoring_file.number": MONITORING,
    "promises:publication.number": standing_publication,
    "promises:publication_file.number": standing_publication,
    "promises:publication_file.kind": constant("json"),
    "promises:return_evaluation.number": EVALUATION,
    "promises:submit_evaluation.number": EVALUATION,
    "promises:submit_monitoring.number": MONITORING,
    "promises:withdraw_publication.number": standing_publication,
    "promises/attestations.number": ATTESTATION,
    "promises/evaluations.number": EVALUATION,
    "promises/monitorings.number": MONITORING,
    "promises/monitorings.as_of": constant("2025-06-30"),
    "promises/publications.number": standing_publication,
    "promises/indicators.ref": PROMISE,
    "promises.as_of": constant("2025-06-30"),
    "promises:public_year_file.kind": constant("json"),
    "promises.file_format": constant("json"),
    "promises:download.file_format": constant("xlsx"),
    "promises.form": constant("targets"),
    "promises.format": constant("xlsx"),
    "promises.number": FINDING,
    "promises.ref": printed("P44", "P01"),
    "promises.slug": PROMISE,
    "promises.step": constant("submit_form"),
    "promises.year": constant(2025),
    "registers.correction_id": row("registers.RecordCorrection"),
    "registers.file_format": constant("pdf"),
    "registers.key": form_key,
    "registers.name": constant("send"),
    "registers.number": row("registers.FormVersion", "number"),
    "registers.paper": constant("form"),
    "registers.register": constant("legal_entity"),
    "registers.submission_id": row("registers.FormSubmission"),
    "sample.note_id": row("sample.Note"),
    "saved_views.pk": own("http.SavedView"),
    "services.application_id": applied("services.Application"),
    "services.custody_id": applied("services.Custody"),
    "services.file_id": applied("services.MaterialFile", "file_id"),
    "services.key": own("files.Upload", "key"),
    "services.paper_id": applied("services.Paper"),
    "streams.alarm_id": row("streams.Alarm"),
    "streams.code": row("streams.Device", "code"),
    "streams.credential_id": row("streams.Credential"),
    "streams.group": row("streams.DeviceGroup", "key"),
    "streams.message": row("streams.Quarantined"),
    "streams.model": any_row("streams.ThingModel", "key"),
    "streams:publish_model.model": model_with_draft,
    "streams.number": constant(2),
    "streams.rule": any_row("streams.AlarmRule", "key"),
    "streams.step": constant("issue_credential"),
    "streams.turn": constant("retire"),
    "streams:group_step.turn": constant("rename"),
    "streams.window": row("streams.MaintenanceWindow"),
    "supervision.act": constant("reply"),
    "supervision.application_id": of_resident("services.Application"),
    "supervision.card_id": row("supervision.Card"),
    "supervision.evidence_id": row("supervision.Evidence"),
    "supervision.finding_id": row("supervision.InspectionFinding"),
    "supervision.inspection_id": row("supervision.Inspection"),
    "supervision.letter_id": row("supervision.SuggestionLetter"),
    "supervision.rating_id": row("supervision.Rating"),
    "supervision.slug": any_row("supervision.Publication", "slug"),
    "supervision.visit_id": row("supervision.Visit"),
}
"""``<app>.<argument>``; ``<app>:<route>.<argument>`` or, for the API, ``<app>/<collection>.<argument>`` where one route
means something else by it."""

FORM_SOURCE = (
    '{"type": "object", "title": "表单", "properties": {"name": {"type": "string", "title": "名称"}}}'
)

VIEW = """title = "视图"
[[sections]]
title = "说明"
[[sections.tiles]]
key = "note"
kind = "text"
text = "文字"
"""
SCORE = """title = "得分"
meaning = "说明"
source = "本区自行配置"
valid_from = 2025-01-01
[[terms]]
indicator = "sample.notes_answered"
weight = 100
curve = [[0, 0], [100, 100]]
source = "本区自行配置"
"""

_SHIFTED: dict[str, dict[str, Any]] = {
    "cockpit_viewversion": {"definition": VIEW},
    "cockpit_scoreversion": {"key": "the unit's key", "definition": SCORE, "valid_from": date(2025, 1, 1)},
    "files_upload": {"account_id": None},
    "orgs_delegation": {"giver_id": None},
    "registers_formversion": {"source": FORM_SOURCE},
    "registers_entityrecord": {"register": "legal_entity"},
    "promises_publication": {"withdrawn_at": "now"},
    "indicators_indicatorobservation": {"simulated": False},
    "indicators_indicatorsubject": {"subject": "the unit's key"},
    "promises_attestation": {"value": Decimal(98)},
    "promises_form": {"ref": "P99"},
    "promises_project": {"ref": "P99"},
    "promises_indicator": {"ref": "P99#1"},
}
"""Columns that are not to be what the maker would put there; ``None`` stands for the owner of own rows."""


def make_rows(district: District) -> Rows:
    """One row of every table that belongs to units, in three units; and one of each that belongs to accounts."""
    made: dict[str, dict[str, models.Model]] = {}
    owner = district.visitors[OWNER].account_id or 0
    others = [apps.get_model(label) for label in (*_owned_labels(), *READ_BY_POWER)]
    with asking(system("test", "cli")):
        with _free_to_write(owner):
            _really_made(district)
            made["registers_formsubmission"] = {key: _submitted(key, district) for key in (NEAR, FAR, ABROAD)}
            made |= make_cases(district, (NEAR, FAR, ABROAD))
            made |= make_services(district, (NEAR, FAR, ABROAD))
            made |= make_streams(district, (NEAR, FAR, ABROAD))
            made |= make_probes(district, (NEAR, FAR, ABROAD))
        # Once somebody else has asked in between, the owner is no longer who asks.
        with _free_to_write(owner):
            _fill(made, [*scoped_models(), *others], district)
    return Rows(district, made)


def _fill(made: dict[str, dict[str, models.Model]], tables: list[Any], district: District) -> None:
    """The rows still missing, and what belongs to them."""
    for model in tables:
        for key in (NEAR, FAR, ABROAD):
            made.setdefault(model._meta.db_table, {})[key] = _picked(model, key, district)
    abroad = made["promises_formversion"][ABROAD]
    Form.objects.filter(pk=made["promises_form"][ABROAD].pk).update(current=abroad)
    brought = File.objects.order_by("pk")[0].content
    JobRecord.objects.update(
        state=JobState.DONE, result_content=brought, result_name="sample.png", finished_at=timezone.now()
    )


def scoped_models() -> list[type[models.Model]]:
    """The tables that the database reads by unit alone, for everybody alike."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename, qual FROM pg_policies WHERE cmd = 'SELECT'")
        tables = {
            name
            for name, condition in cursor.fetchall()
            if "scope_units" in condition
            and name not in FURTHER
            and "scope_account" not in condition
            and not condition.startswith("(true")
        }
    return [model for model in apps.get_models() if model._meta.db_table in tables]


READ_BY_POWER = ("cockpit.CockpitView", "cockpit.ViewVersion", "cockpit.ScoreVersion")
"""Tables of units that whoever holds a power anywhere may read too, and of which no scene makes rows here."""


def _owned_labels() -> list[str]:
    return [
        "files.Upload",
        "http.SavedView",
        "identity.Session",
        "identity.MachineToken",
        "jobs.JobRecord",
        "orgs.Delegation",
        "orgs.OfficialContact",
    ]


def _really_made(district: District) -> None:
    """Rows whose content pages look into: made as the platform makes them."""
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), (20, 90, 160)).save(picture, "PNG")
    for key in (NEAR, FAR, ABROAD):
        store_file(unit=district.units[key], name="sample.png", content=picture.getvalue())
    for ref in ("P44", "P01"):
        form = Form.objects.get(ref=ref)
        _stand_in(form, FormState.MONITORING)
        open_monitoring(form=form, as_of=date(2025, 6, 30))
        _stand_in(form, FormState.SELF_EVAL)
        start_self_evaluation(form=form)
        _stand_in(form, FormState.DRAFT)
        for withdrawn_at in (timezone.now(), None):
            _publish(form, withdrawn_at)


def _submitted(unit: str, district: District) -> FormSubmission:
    """A form handed in to a unit, made with the version that the unit has."""
    version = _picked(FormVersion, unit, district)
    assert isinstance(version, FormVersion)
    row = FormSubmission(
        unit=district.units[unit],
        subject=f"sample:{district.units[unit].pk}",
        subject_kind="sample",
        round=1,
        form_key=version.definition.key,
        form_version=version.number,
        title="表单",
        values={},
    )
    return FormSubmission.objects.bulk_create([row])[0]


def _publish(form: Form, withdrawn_at: datetime | None) -> None:
    published = Publication(
        form=form,
        version=form.current,
        unit=form.unit,
        year=2025,
        ref=form.ref,
        title=form.title,
        digest="0" * 64,
    )
    published.document, published.withdrawn_at = targets_document(form), withdrawn_at
    Publication.objects.bulk_create([published])


def _stand_in(form: Form, state: FormState) -> None:
    Form.objects.filter(pk=form.pk).update(state=state)
    form.refresh_from_db()


@contextmanager
def _free_to_write(owner: int) -> Iterator[None]:
    """Open the guarded tables as an action of every app would, and those of accounts as their owner.

    Actions performed inside leave the tables as open as they found them, so they must know how open that is.
    """
    scope = ("test", '{"*": "*"}')
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('chengshu.action', %s, true)", [scope[0]])
        cursor.execute("SELECT set_config('chengshu.write', %s, true)", [scope[1]])
        cursor.execute("SELECT set_config('chengshu.account', %s, true)", [str(owner)])
    token = action._scope_now.set(scope)
    try:
        yield
    finally:
        action._scope_now.reset(token)


def _picked(model: type[models.Model], unit: str, district: District) -> models.Model:
    """A row of this unit, or of the owner of own rows, or any; made if there is none."""
    names = {field.name for field in model._meta.concrete_fields}
    found = model._default_manager.order_by("pk")
    if "unit" in names:
        found = found.filter(unit_id=district.units[unit].pk)
    if "account" in names:
        found = found.filter(account_id=district.visitors[OWNER].account_id)
    return found.first() or _made(model, unit, district)


def _made(model: type[models.Model], unit: str, district: District) -> models.Model:
    """A row with the plainest content that the table accepts."""
    shifted = _SHIFTED.get(model._meta.db_table, {})
    values = {
        field.name: _plain(field, unit, district)
        for field in model._meta.concrete_fields
        if field.attname not in shifted
        and not (
            field.primary_key
            or (field.null and field.name != "account")
            or field.blank
            or field.has_default()
            or getattr(field, "auto_now_add", False)
        )
    }
    values |= {
        name: {
            "now": timezone.now(),
            "the unit's key": unit,
            None: district.visitors[OWNER].account_id,
        }.get(value, value)
        for name, value in shifted.items()
    }
    return model._default_manager.bulk_create([model(**values)])[0]


def _plain(field: models.Field[Any, Any], unit: str, district: District) -> Any:
    if isinstance(field, models.ForeignKey):
        if field.name == "unit":
            return district.units[unit]
        if field.name == "account":
            return field.related_model._default_manager.get(pk=district.visitors[OWNER].account_id)
        return _picked(field.related_model, unit, district)
    if field.choices:
        return next(value for value, _title in field.flatchoices if value)
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    if isinstance(field, models.DateField):
        return date(2025, 6, 30)
    if isinstance(field, models.DecimalField):
        return Decimal(0)
    if isinstance(field, models.IntegerField):
        return 1
    if isinstance(field, models.BinaryField):
        return b"content"
    if isinstance(field, models.GenericIPAddressField) or field.name == "ip":
        return "127.0.0.1"
    text = f"{field.name}-{unit}" if field.unique else field.name
    return text[: field.max_length or 200]
