"""A contract with its service, supplier and tickets, for the tests of this scene."""

from __future__ import annotations

import importlib
import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection
from django.utils import timezone
from PIL import Image, ImageDraw
from procrastinate.contrib.django import app

from chengshu.engines.cases import api as cases
from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File
from chengshu.foundation.identity.actions import open_account
from chengshu.foundation.orgs.actions import appoint, assign_role, create_post, create_unit
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Post, Role, RoleReach, Unit, UnitKind
from chengshu.foundation.testing.personas import PASSWORD, Persona
from chengshu.hub.services.tests.building import hear
from chengshu.scenes.operations.actions import (
    add_deliverable,
    add_service,
    open_ticket,
    record_load,
    register_contract,
)
from chengshu.scenes.operations.models import Contract, Deliverable, LoadProof, Service, Ticket

_numbers = count(1)
UNIT = "data-bureau-proper"


def deploy() -> None:
    """Forms and process of the scene, put in force as the base data does."""
    importlib.import_module("chengshu.engines.registers.actions").load_declared_forms(scene="operations")
    importlib.import_module("chengshu.engines.cases.base_data").deploy_case_types(scene="operations")


def unit(key: str = UNIT) -> Unit:
    if not Unit.objects.filter(key=key).exists():
        load_base_data()
    return Unit.objects.get(key=key)


def supplier(letter: str = "甲") -> Unit:
    """A supplier; its key is new in every test, since the engine remembers units by their keys."""
    name = f"运维服务商{letter}"
    known = Unit.objects.filter(name=name).first()
    if known is not None:
        return known
    return create_unit(
        key=f"supplier-{next(_numbers)}", kind=UnitKind.SUPPLIER, name=name, parent=unit("nansha")
    )


def desk(letter: str = "甲") -> Persona:
    """An account at the desk of a supplier."""
    at = supplier(letter)
    post = create_post(unit=at, key="desk", title="运维服务商岗")
    assign_role(post=post, role=Role.objects.get(key="supplier_desk"), reach=RoleReach.OWN)
    account = open_account(
        username=f"desk.{at.key}", title="运维服务商岗", password=PASSWORD, must_change=False
    )
    appoint(account=account, post=post, starts_on=date(2020, 1, 1), ends_on=None)
    return Persona(f"desk.{at.key}", account)


def contract(at: Unit | None = None, **more: Any) -> Contract:
    given: dict[str, Any] = {
        "unit": at or unit(),
        "number": f"HT-{next(_numbers)}",
        "title": "电子政务网络运行维护合同",
        "monthly_fee": Decimal("10"),
    }
    return register_contract(**{**given, **more})


def service(of: Contract | None = None, **more: Any) -> Service:
    given: dict[str, Any] = {"key": "network", "name": "电子政务网络", "target": Decimal("99.9")}
    return add_service(contract=of or contract(), **{**given, **more})


def ticket(of: Service | None = None, **more: Any) -> Ticket:
    given: dict[str, Any] = {"title": "三楼断网", "severity": "2"}
    return open_ticket(service=of or service(), **{**given, **more})


def step(row: Ticket, node: str, outcome: str, who: Persona | None = None, **variables: Any) -> Ticket:
    """Whoever it is completes the open step of a ticket's case, and the platform serves what follows."""
    opinion = variables.pop("opinion", "")
    task = next(
        one
        for one in cases.case_view(row.case_id or 0).tasks
        if one.node == node and one.completed_at is None
    )
    with asking(who.asker() if who else current_asker()):
        if who and task.assignee_id is None:
            cases.claim_task(task_id=task.task_id)
        cases.complete_task(
            task_id=task.task_id, outcome=outcome, opinion=opinion, variables=variables or None
        )
    serve(row.case_id or 0)
    row.refresh_from_db()
    return row


def serve(case_id: int) -> None:
    """Perform the service calls that wait in a case, as the worker does."""
    hear()
    for _round in range(10):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM cases_job WHERE case_id = %s AND state = 'waiting' ORDER BY id", [case_id]
            )
            waiting = [row[0] for row in cursor.fetchall()]
        for job_id in waiting:
            app.tasks["chengshu.perform_service"].func(job_id)
        hear()
        if not waiting:
            return


def last_month() -> date:
    return (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)


def picture(shift: int = 0, noise: int = 0, grey: int | None = None, blur: bool = False) -> bytes:
    """A street with lines and boxes as PNG; ``noise`` varies single pixels, as a sensor does."""
    image = Image.new("L", (640, 360), 120 if grey is None else grey)
    if grey is None:
        draw = ImageDraw.Draw(image)
        for number in range(0, 900, 40):
            left = number - 120 + shift
            draw.rectangle((left, 40 + number % 170, left + 18, 300 - number % 90), fill=(number * 37) % 255)
        draw.line((shift, 350, 640 + shift, 200), fill=250, width=6)
    for number in range(noise):
        image.putpixel(((number * 97) % 640, (number * 53) % 360), (number * 29) % 255)
    if blur:
        image = image.resize((24, 14)).resize((640, 360))
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def officer(of: Unit) -> tuple[Post, Persona]:
    """A post of a unit that may accept and review, and the account that holds it."""
    number = next(_numbers)
    post = create_post(unit=of, key=f"officer-{number}", title=f"运维管理岗{number}")
    assign_role(post=post, role=Role.objects.get(key="operations_officer"), reach=RoleReach.OWN)
    account = open_account(
        username=f"officer.{of.key}.{number}",
        title=f"运维管理岗{number}",
        password=PASSWORD,
        must_change=False,
    )
    appoint(account=account, post=post, starts_on=date(2020, 1, 1), ends_on=None)
    return post, Persona(f"officer.{of.key}", account)


def samples(
    requests: int = 6000, every_ms: int = 10, lasting_ms: int = 40, failed: int = 0, begun: str = ""
) -> bytes:
    """Raw samples of a run as CSV: one request after the other starts, each lasting as long; the first so many fail."""
    first = datetime.fromisoformat(begun) if begun else timezone.now() - timedelta(hours=1)
    lines = ["start,duration_ms,status"]
    for number in range(requests):
        start = first + timedelta(milliseconds=number * every_ms)
        lines.append(f"{start.isoformat()},{lasting_ms},{503 if number < failed else 200}")
    return "\n".join(lines).encode()


def load(of: Service | None = None, **more: Any) -> LoadProof:
    given: dict[str, Any] = {
        "target": "POST /api/v1/alarms",
        "environment": "测试环境：4 台 8 核虚拟机",
        "mix": "查询 80%，上报 20%",
        "planned_in_flight": 4,
        "planned_s": 60,
        "file_name": "samples.csv",
        "content": samples(),
    }
    return record_load(service=of or service(), **{**given, **more})


def deliverable(of: Contract | None = None, **more: Any) -> Deliverable:
    given: dict[str, Any] = {
        "title": "运维总结报告",
        "kind": "document",
        "due_on": timezone.localdate(),
        "post": None,
        "source": "合同第十条",
    }
    return add_deliverable(contract=of or contract(), **{**given, **more})


def paper(of: Unit, text: str = "总结报告") -> File:
    """A file as the page stores it."""
    with asking(system("tests", "worker")):
        return store_file(unit=of, name="report.txt", content=text.encode(), purpose="operations.delivery")
