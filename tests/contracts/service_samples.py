"""Rows of the services and of the scenes on them: matters, applications, papers, projects, cards and inspections.

Made by the actions that make them in the office, in each of three units. What one application needs, such as a form
and a process, is the small permit of the services' own tests.
"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Final

from django.db import models
from django.utils import timezone
from PIL import Image

from chengshu.engines.cases import api as cases
from chengshu.engines.indicators import api as indicators
from chengshu.engines.indicators.data import budget_year
from chengshu.foundation.asking import asking
from chengshu.foundation.calendar import SHANGHAI, published_calendar
from chengshu.foundation.events.bus import deliver_waiting
from chengshu.foundation.events.models import OutboxEvent
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.testing.personas import Persona
from chengshu.hub.services import api as services
from chengshu.hub.services.models import (
    Application,
    Authorisation,
    Custody,
    MaterialFile,
    MatterVersion,
    Paper,
)
from chengshu.hub.services.tests import building
from chengshu.scenes.approvals.actions.construction_experts import draw_experts, open_review, register_expert
from chengshu.scenes.approvals.actions.construction_notices import draft_notice, post_notice
from chengshu.scenes.approvals.actions.construction_projects import register_project
from chengshu.scenes.approvals.actions.construction_visits import call_visit, raise_defect
from chengshu.scenes.approvals.actions.credit_notes import note_credit
from chengshu.scenes.approvals.actions.deferrals import Deferred, record_deferrals
from chengshu.scenes.approvals.actions.licences import Condition, Term, record_conditions, record_licence
from chengshu.scenes.approvals.actions.pledges import CaseFacts, PledgeGiven, record_pledge, schedule_check
from chengshu.scenes.approvals.models import (
    CreditNote,
    CreditReason,
    Deferral,
    Licence,
    PermitCondition,
    Pledge,
)
from chengshu.scenes.approvals.models_construction import ReviewSeat
from chengshu.scenes.approvals.tests import con_builders
from chengshu.scenes.command import actions as command
from chengshu.scenes.command.models import SituationReport
from chengshu.scenes.command.tests import builders as command_builders
from chengshu.scenes.matters import actions as matters
from chengshu.scenes.matters.elements import to_json
from chengshu.scenes.matters.tests.builders import said
from chengshu.scenes.operations import actions as operations
from chengshu.scenes.operations.ledger import LedgerRow
from chengshu.scenes.operations.models import Service
from chengshu.scenes.operations.tests import builders as operations_builders
from chengshu.scenes.portal.tests import building as portal
from chengshu.scenes.supervision.actions import (
    add_finding,
    draw_sample,
    issue_letter,
    leave_rating,
    plan_inspection,
    publish_inspection,
    raise_card,
    record_evidence,
    release_inspection,
    void_visit,
)
from chengshu.scenes.supervision.inspecting import visited_units
from chengshu.scenes.supervision.models import Inspection, TouchPoint
from chengshu.scenes.supervision.scripts import script_by_key
from chengshu.scenes.supervision.tickets import issue
from tests.contracts.district import District

LIST: Final = "online"
"""The list that is made from the catalogue, so that there is one to look at."""
PORTAL_CODE: Final = "sample.portal"
PORTAL_BUNDLE: Final = "sample.bundle"
SCRIPT: Final = "window_visit"
JOINT: Final = "approvals.joint_acceptance"
INDICATOR: Final = "sample.notes_answered"

FURTHER: Final = {
    "command_instruction": "also by the unit that was told",
    "command_instructionreply": "also by the unit that was told",
    "services_paper": "also by whoever may read its application",
    "services_custody": "also by the unit that receives, and by whoever may read its application",
    "approvals_constructionproject": "also by the units of its stages",
    "approvals_projectitem": "also by whoever may read its project",
    "approvals_projectmaterial": "also by whoever may read its project",
    "approvals_defect": "also by whoever may read its project",
    "approvals_sitevisit": "also by the units that are asked",
    "approvals_visitparticipant": "also by whoever may read the visit",
    "approvals_busytime": "by all who read approvals",
    "approvals_defectrecheck": "also by whoever may read the defect",
    "approvals_expert": "by all who read approvals",
    "approvals_expertconflict": "by all who read approvals",
    "approvals_noticecorrection": "by everybody once the notice is posted",
    "approvals_noticesnapshot": "by everybody once the notice is posted",
    "approvals_noticeposting": "by everybody once the notice is posted",
    "cockpit_basemap": "by everybody: it was approved for publication",
    "cockpit_cockpitview": "also by all who see the cockpit once it is shared",
    "cockpit_scoreversion": "by all who see the cockpit",
    "cockpit_viewversion": "also by all who see the cockpit once its view is shared",
    "streams_thingmodelversion": "by everybody once it is in use",
    "supervision_inspectionfinding": "also by the visited unit once it is released",
}
"""Tables that are read through further conditions than the unit: the walk over the routes looks at them."""

Made = dict[str, dict[str, models.Model]]
_numbers = count(7_000_000)


def make_services(district: District, units: tuple[str, ...]) -> Made:
    """One row of everything that pages of the services and their scenes show, by table and unit."""
    made: Made = {}
    _nothing_waits()
    building.put_in_force()
    _portal_matter()
    operations_builders.deploy()
    panel = _panel(district)
    for number, key in enumerate(units):
        unit = district.units[key]
        for row in (
            *_application(district, unit),
            *_of_matters(unit),
            *_of_approvals(unit),
            *_of_construction(unit, number, panel),
            *_of_supervision(unit),
            *_of_operations(unit),
            *_of_command(unit),
        ):
            made.setdefault(row._meta.db_table, {})[key] = row
    matters.record_legal_text(name="中华人民共和国行政许可法")
    matters.make_list(kind=LIST)
    indicators.evaluate(name=INDICATOR, period=budget_year(2025))
    _published(district)
    _hear()
    return made


def _nothing_waits() -> None:
    """What the base data announced is heard by nobody here: hearing thousands of events takes minutes."""
    OutboxEvent.objects.filter(delivered_at=None).update(delivered_at=timezone.now())


def _hear() -> None:
    """Deliver what was announced and what follows from it; whatever fails to hear waits for the worker."""
    for _round in range(4):
        if not deliver_waiting():
            return


def code_of(unit: str) -> str:
    """The matter of a unit that people apply for."""
    return f"sample.{unit.replace('-', '_')}"


def _citizen(district: District) -> Persona:
    persona = district.visitors["resident"].persona
    assert persona is not None, "the resident is one of the cast"
    return persona


def _portal_matter() -> None:
    """A matter with the form of the portal, and a bundle of it."""
    portal.use_form()
    building.publish(replace(portal.ELEMENTS, local_code=PORTAL_CODE))
    services.publish_bundle(
        unit=building.unit("data-bureau"),
        elements=building.bundle_of(PORTAL_CODE, key=PORTAL_BUNDLE),
        effective_from=building.BEGIN,
    )


def _application(district: District, unit: Unit) -> list[models.Model]:
    """A matter of the unit, applied for by the resident and granted; its papers, a hand-over and a bad rating."""
    code = code_of(unit.key)
    building.publish(replace(building.ELEMENTS, local_code=code, unit=unit.key))
    resident = _citizen(district)
    filed = building.apply(resident, local_code=code)
    _hear()
    for node, outcome in (("check", "accept"), ("decide", "grant")):
        task = next(one for one in cases.case_view(filed.case_id).tasks if one.node == node)
        cases.complete_task(task_id=task.task_id, outcome=outcome)
        _hear()
    application = Application.objects.get(pk=filed.application_id)
    paper = Paper.objects.filter(application=application)[0]
    services.print_paper(paper_id=paper.pk)
    rating = leave_rating(
        ticket=issue(application.pk), touch_point=TouchPoint.ONLINE, level=1, phone="13800138000"
    )
    _hear()
    return [
        application,
        paper,
        rating,
        _custody(district, application, unit),
        _authorised(district),
        MaterialFile.objects.get(file_id=application.uses.all()[0].file_id),
        MatterVersion.objects.get(local_code=code),
    ]


def _custody(district: District, application: Application, unit: Unit) -> Custody:
    """On its way between two desks of the unit."""
    row = Custody(
        application=application,
        unit=unit,
        to_unit=unit,
        items=["申请书原件"],
        handed_at=timezone.now(),
        handed_by_id=district.visitors["section_head"].account_id,
    )
    return Custody.objects.bulk_create([row])[0]


def _authorised(district: District) -> Authorisation:
    given = Authorisation(
        giver_id=district.visitors["resident"].account_id,
        agent_id=district.visitors["company_agent"].account_id,
        starts_on=timezone.localdate(),
        ends_on=timezone.localdate() + timedelta(days=30),
    )
    return Authorisation.objects.bulk_create([given])[0]


def _of_matters(unit: Unit) -> list[models.Model]:
    code = f"draft.{unit.key.replace('-', '_')}"
    edition = matters.draft_matter(unit=unit, local_code=code, name="测试许可", task_type="01")
    edition = matters.save_elements(edition=edition, elements=to_json(said(code, unit=unit.key)))
    power = matters.record_power(unit=unit, name="测试权力", kind="01")
    delegated = matters.record_delegated_power(unit=unit, name="测试事权", manner="devolved")
    return [edition.matter, edition, power, delegated]


def _of_approvals(unit: Unit) -> list[models.Model]:
    """A pledge to check, a deferred material, a licence with a condition and a credit note, all of one case."""
    number = next(_numbers)
    case = CaseFacts(number, unit.pk, "approvals.drainage_permit", f"PS-{number}", "沙涌泵站")
    pledge = record_pledge(case=case, given=PledgeGiven("2025-1"), on=date(2026, 3, 2))
    schedule_check(pledge=pledge, by=date(2026, 3, 31))
    record_deferrals(case=case, materials=[Deferred("report", "水质检测报告", date(2099, 3, 6))])
    limit = Condition("化学需氧量", "most", Decimal("40"), "mg/L", "DW001")
    record_conditions(case=case, conditions=[limit], since=date(2026, 3, 3))
    record_licence(case=case, term=Term(f"S-{number}", date(2026, 3, 3), date(2031, 3, 2), date(2031, 1, 20)))
    note_credit(case=case, reason=CreditReason.DEFERRAL, words="逾期未补齐", on=date(2026, 3, 9))
    return [
        model._default_manager.get(case_id=number)
        for model in (Pledge, Deferral, PermitCondition, Licence, CreditNote)
    ]


def _panel(district: District) -> models.Model:
    """Experts enough for a review in each unit."""
    experts = [
        register_expert(
            unit=district.units["data-bureau-proper"],
            name=f"专家{number}",
            fields=["energy"],
            employer_name=f"设计单位{number}",
            employer_code=code,
        )
        for number, code in enumerate(con_builders.employers(9))
    ]
    return experts[0]


def _of_construction(unit: Unit, number: int, expert: models.Model) -> list[models.Model]:
    """A project with its first item, a visit, a defect, a review with its seats, and a notice that is a draft yet."""
    project = register_project(
        unit=unit,
        code=f"2504-440115-04-01-12345{number}",
        name="综合管廊",
        kind="enterprise",
        owner_name="建设单位甲",
        owner_code=con_builders.OWNER,
        site_address="南沙区明珠湾",
    )
    day = published_calendar().add_wd(timezone.localdate(), 10 + number)
    start = datetime.combine(day, time(9, 30), SHANGHAI)
    visit = call_visit(
        unit=unit,
        kind="survey",
        purpose="踏勘",
        place="明珠湾",
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        units=[unit],
        project=project,
    )
    soon = timezone.localdate() + timedelta(days=30)
    defect = raise_defect(project=project, unit=unit, text="通道过窄", basis="GB 50016", due_on=soon)
    review = open_review(
        unit=unit,
        project=project,
        kind="energy",
        title="节能评审",
        seats=1,
        notice_number=f"告知〔2026〕{number + 1}号",
        expected_until=soon,
    )
    draw = draw_experts(review=review)
    notice = draft_notice(
        unit=unit, kind="before", title="规划公示", facts=[("用地位置", "明珠湾")], days=10, project=project
    )
    seat = ReviewSeat.objects.filter(review=review)[0]
    return [project, project.items.all()[0], visit, defect, review, draw, seat, notice, expert]


def _of_supervision(unit: Unit) -> list[models.Model]:
    """A card with a letter about it, and an inspection that is in the field with evidence and a finding."""
    card = raise_card(unit=unit, trigger="other", level="yellow", evidence="窗口无人值守二十分钟")
    letter = issue_letter(
        unit=unit,
        card_ids=[card.pk],
        findings="窗口多次无人值守。",
        suggestions="建立值守轮换制度。",
        reply_by=timezone.localdate() + timedelta(days=10),
    )
    inspection = _in_the_field(unit)
    visit = inspection.visits.all()[0]
    photo = store_file(unit=unit, name="photo.png", content=_picture())
    step = next(one for one in script_by_key(SCRIPT).steps if "audio" not in one.evidence)
    evidence = record_evidence(visit=visit, step=step.key, answer="yes", photo_id=photo.pk)
    finding = add_finding(visit=visit, text="无人引导")
    return [card, card.steps.all()[0], letter, inspection, inspection.draw, visit, evidence, finding]


def _in_the_field(unit: Unit) -> Inspection:
    today = timezone.localdate()
    inspection = plan_inspection(
        unit=unit,
        title="季度窗口暗访",
        script=SCRIPT,
        period_from=today - timedelta(days=30),
        period_until=today,
        due_on=today + timedelta(days=10),
    )
    draw_sample(inspection=inspection, wanted=len(visited_units()), rule="proportional", seed="2025期")
    return inspection


def _of_operations(unit: Unit) -> list[models.Model]:
    """A contract with a ticket, an outage, a change to come and a reported month; a round with a photo; a camera."""
    contract = operations_builders.contract(unit)
    service = operations_builders.service(contract)
    outage = operations.record_outage(service=service, starts_at=timezone.now() - timedelta(days=60))
    report = operations.make_report(contract=contract, month=operations_builders.last_month())
    soon = timezone.now() + timedelta(days=3)
    change = operations.announce_change(
        contract=contract, title="升级", reason="补丁", starts_at=soon, ends_at=soon + timedelta(hours=2)
    )
    camera = operations.keep_resource(unit=unit, row=LedgerRow(f"CAM-{unit.pk}", "摄像机", "camera"))
    return [
        contract,
        service,
        operations.set_limit(
            contract=contract, kind="repair", minutes=240, valid_from=timezone.localdate(), source="第八条"
        ),
        operations.add_penalty(
            contract=contract,
            measure="late_repair",
            yuan=Decimal(500),
            valid_from=timezone.localdate(),
            source="第九条",
        ),
        outage,
        report,
        report.lines.all()[0],
        change,
        camera,
        operations.take_snapshot(resource=camera, content=_picture()),
        operations_builders.ticket(service),
        operations.open_problem(contract=contract, title="端口老化"),
        *_walked(service),
        *_proven(service),
    ]


def _proven(service: Service) -> list[models.Model]:
    """A load proof that was reviewed; a deliverable that was handed over and accepted."""
    proof = operations_builders.load(service)
    post, holder = operations_builders.officer(service.unit)
    owed = operations_builders.deliverable(service.contract, post=post)
    handed = operations.hand_over(deliverable=owed, file=operations_builders.paper(service.unit))
    with asking(holder.asker()):
        review = operations.review_load(proof=proof, accepted=True, reason="已核对原始样本")
        accepted = operations.accept_delivery(delivery=handed, outcome="accepted")
    return [proof, review, owed, handed, accepted]


def _of_command(unit: Unit) -> list[models.Model]:
    """An event, a drill with evidence and its report, an instruction answered with a file, an issued report."""
    photo = store_file(unit=unit, name="photo.png", content=_picture())
    version = command.draft_plan(unit=unit, title="积水预案", kinds=["natural.flood"], source="区级样板")
    command.put_step(version=version, title="核实", post="值班岗", evidence=True)
    command.submit_plan(version=version)
    version = command.approve_plan(version=version)
    run = command.start_plan(version=version, drill=True)
    step = command.finish_step(step=run.steps.all()[0], file=photo)
    run = command.end_run(run=run, conclusion="完成")
    told = command.issue_instruction(unit=unit, to_unit=unit, title="核查", text="到场核查")
    command.receive_instruction(instruction=told)
    reply = command.answer_instruction(instruction=told, text="已到场", file=photo)
    post = command.set_duty_post(unit=unit, title="主班", order=1, turns=[])
    shift = command.set_duty_shift(unit=unit, title="全天班", starts_at=time(8), hours=24)
    today = timezone.localdate()
    return [
        command_builders.event(unit),
        post,
        shift,
        command.make_roster(unit=unit, first_day=today, last_day=today)[0],
        version,
        run,
        step,
        command.make_run_report(run=run),
        told,
        reply,
        _situation(unit),
    ]


def _situation(unit: Unit) -> models.Model:
    """A situation report, issued."""
    command.set_report_template(unit=unit, title="值班快报", times=["08:00"], figures=["events_open"])
    command.draft_due_reports(now=timezone.now() + timedelta(days=1))
    report = SituationReport.objects.filter(unit=unit)[0]
    return command.issue_report(report=command.confirm_report(report=report))


def _walked(service: Service) -> list[models.Model]:
    """A plan, its round under way and a point that was photographed."""
    plan = operations.plan_rounds(
        service=service, title="周检", points=["温度", "灯光"], rhythm="week", starts_on=timezone.localdate()
    )
    walk = operations.begin_round(walk=plan.rounds.all()[0])
    photo = store_file(unit=service.unit, name="photo.png", content=_picture())
    return [plan, walk, operations.record_check(walk=walk, point=0, seen="good", photo=photo)]


def _published(district: District) -> None:
    """A notice and the result of an inspection that everybody may read, and a joint acceptance under way."""
    unit = district.units["service-centre"]
    post_notice(
        notice=draft_notice(unit=unit, kind="before", title="公示", facts=[("用地位置", "明珠湾")], days=10)
    )
    inspection = _in_the_field(unit)
    for visit in inspection.visits.all():
        void_visit(visit=visit, reason="窗口停业")
    inspection.refresh_from_db()
    publish_inspection(inspection=release_inspection(inspection=inspection))
    con_builders.a_case(JOINT)


def _picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), (20, 90, 160)).save(written, "PNG")
    return written.getvalue()
