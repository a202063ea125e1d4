"""Cases to knock at: one in each of three units, with a step, a document, a service job and a supervision card."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from chengshu.engines.cases import api
from chengshu.engines.cases.base_data import load as load_cases
from chengshu.engines.cases.ids import ids
from chengshu.engines.cases.models import Attachment, Case, Job, Task
from chengshu.engines.cases.models_clocks import Clock, Supervision, SupervisionCause, SupervisionColour
from chengshu.engines.cases.state import JobState
from chengshu.engines.registers.base_data import load as load_registers
from chengshu.foundation.files.models import File
from chengshu.foundation.orgs.models import Unit
from tests.contracts.district import District

PROCESS, OWNER = "sample.seal_use", "data-bureau"
"""The process of the sample, and the unit that owns it: whose people see every case of it."""


def make_cases(district: District, units: tuple[str, ...]) -> dict[str, dict[str, models.Model]]:
    """Rows of the engine by table and unit, made as the platform makes them where it does."""
    load_registers()
    load_cases()
    made: dict[str, dict[str, models.Model]] = {}
    for key in units:
        for row in _one_case(district.units[key]):
            made.setdefault(row._meta.db_table, {})[key] = row
    return made


def _one_case(unit: Unit) -> list[models.Model]:
    variables = {"subject": f"{unit.key} 用印", "seal_kind": "official", "document_kind": "letter"}
    case = Case.objects.get(pk=api.open_case(definition=PROCESS, unit_id=unit.pk, variables=variables))
    file = File.objects.filter(unit=unit).first()
    assert file is not None, "files are made before cases"
    attached = api.attach_file(case_id=case.pk, file_id=file.pk)
    return [
        case,
        Task.objects.filter(case=case)[0],
        Attachment.objects.get(pk=attached),
        _waiting_job(case),
        _card(case),
    ]


def _waiting_job(case: Case) -> Job:
    job = Job(
        id=next(ids), case=case, token_id=0, plan=case.plan, node="check", service="none", state=JobState.DONE
    )
    return Job.objects.bulk_create([job])[0]


def _card(case: Case) -> Supervision:
    card = Supervision(
        clock=Clock.objects.filter(case=case)[0],
        case=case,
        colour=SupervisionColour.YELLOW,
        cause=SupervisionCause.PROMISED,
        raised_at=timezone.now(),
    )
    return Supervision.objects.bulk_create([card])[0]
