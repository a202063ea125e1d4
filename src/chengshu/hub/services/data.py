"""What this part hands out: matters in force, applications and papers as frozen records.

A matter's elements are those of GB/T 39554.2 (实施清单). What is not known is named in ``unknown`` and left empty,
never guessed. Nothing here asks the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from chengshu.foundation.errors import Words


class TaskType(StrEnum):
    """事项类型, as GB/T 39554.1 numbers them; the table of names is ``facts/codes.toml``."""

    PERMIT = "01"
    PENALTY = "02"
    COERCION = "03"
    LEVY = "04"
    BENEFIT = "05"
    INSPECTION = "06"
    CONFIRMATION = "07"
    REWARD = "08"
    RULING = "09"
    OTHER = "20"
    PUBLIC_SERVICE = "21"


class Necessity(StrEnum):
    """材料必要性: necessary, not necessary, may follow (容缺后补)."""

    NECESSARY = "1"
    OPTIONAL = "2"
    MAY_FOLLOW = "3"


@dataclass(frozen=True)
class Basis:
    """设定依据. ``in_force_until`` is set when the text has been repealed."""

    law: str
    article: str = ""
    text: str = ""
    document_number: str = ""
    in_force_until: date | None = None


@dataclass(frozen=True)
class Material:
    """One line of the material list (材料清单).

    :param key: the same word as in the form's ``x-materials``, and in every matter that asks for the same thing, so
        that one handed-in material serves several matters
    :param kind: 1 licence or certificate, 2 form or document, 3 other
    :param form: 1 paper, 2 electronic, 3 either
    :param source: 10 the applicant, 20 an authority, 99 other
    :param when: keys of answers of the guide under which it is needed, such as ``food:yes``; empty: always
    :param waived_by: the register whose record makes it unnecessary, such as ``legal_entity``
    :param pledgeable: may be replaced by a written pledge (告知承诺)
    :param defer_days: working days within which it may follow, when ``necessity`` is 3
    """

    key: str
    name: str
    necessity: Necessity = Necessity.NECESSARY
    kind: str = "3"
    form: str = "3"
    original: int = 0
    copies: int = 1
    source: str = "10"
    issued_by: str = ""
    note: str = ""
    sample: str = ""
    blank: str = ""
    when: tuple[str, ...] = ()
    waived_by: str = ""
    pledgeable: bool = False
    defer_days: int | None = None


@dataclass(frozen=True)
class Step:
    """A step of the procedure (办理环节) with the post that does it and its limit, such as ``1wd``."""

    name: str
    post: str = ""
    limit: str = ""


@dataclass(frozen=True)
class SpecialProcedure:
    """特别程序: what may stop the clock, with its time and legal basis."""

    kind: str
    limit: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Fee:
    name: str
    standard: str
    basis: str = ""


@dataclass(frozen=True)
class Answer:
    key: str
    title: str


@dataclass(frozen=True)
class Question:
    """A question of the situation guide (情形引导). Its answers are named ``<question>:<answer>``.

    :param when: asked only under one of these answers; empty: always
    """

    key: str
    title: str
    answers: tuple[Answer, ...]
    when: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True)
class Elements:
    """Everything of one version of a matter (实施清单要素).

    :param code: the 31-digit implementation code (实施编码); empty while it is not known
    :param local_code: the district's own key, stable over versions, such as ``approvals.drainage_permit``
    :param unit: key of the implementing unit in the organisation
    :param level: 4 for a district
    :param case_kind: 1 decided at once (即办件), 2 promised (承诺件)
    :param depth: 办理深度, codes 1 to 8
    :param channels: 办理形式: 1 window, 2 online, 3 by courier
    :param visits: how often one must come (到办事现场次数)
    :param legal_limit: such as ``20wd`` or ``60d``; empty while it is not known
    :param labels: of 马上办 ``at_once``, 网上办 ``online``, 就近办 ``nearby``, 一次办 ``once``,
        一窗办 ``one_window``
    :param regions: modes of 跨域通办: ``online``, ``collect`` (异地代收代办), ``joint`` (多地联办),
        ``remote`` (云端自办)
    :param process: key of the process that handles it; empty: not applied for on this platform
    :param form: key of its form; empty: the process's own start form
    :param rule: key of the clock rule, where there is one
    :param unknown: names of elements whose value is not known
    :param sources: where the values were read
    """

    local_code: str
    name: str
    unit: str
    task_type: TaskType
    code: str = ""
    basic_code: str = ""
    item_code: str = ""
    summary: str = ""
    unit_nature: str = ""
    level: str = "4"
    objects: tuple[str, ...] = ("1", "2")
    case_kind: str = "2"
    depth: tuple[str, ...] = ()
    channels: tuple[str, ...] = ("1",)
    visits: int | None = None
    legal_limit: str = ""
    promised_limit: str = ""
    limit_note: str = ""
    basis: tuple[Basis, ...] = ()
    conditions: tuple[str, ...] = ()
    materials: tuple[Material, ...] = ()
    questions: tuple[Question, ...] = ()
    steps: tuple[Step, ...] = ()
    special: tuple[SpecialProcedure, ...] = ()
    fees: tuple[Fee, ...] = ()
    result_name: str = ""
    result_kind: str = ""
    delivery: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    complaint_phones: tuple[str, ...] = ()
    address: str = ""
    hours: str = ""
    quantity_limit: str = ""
    intermediary: str = ""
    remedies: tuple[str, ...] = ()
    validity: str = ""
    process: str = ""
    form: str = ""
    rule: str = ""
    pledge: bool = False
    unknown: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class BundleElements:
    """一件事: several matters with one form, one pool of materials and one clock.

    :param items: ``local_code`` of each matter, with the answers under which it belongs to it (empty: always)
    :param form: the one form; each matter takes from it the fields that its own form knows by name
    :param total_limit: stated up front, such as ``3wd``: the longest of the parallel ways
    """

    key: str
    name: str
    items: tuple[tuple[str, tuple[str, ...]], ...]
    form: str
    lead_unit: str
    summary: str = ""
    questions: tuple[Question, ...] = ()
    total_limit: str = ""
    topics: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class MatterView:
    """A matter as the public sees it today."""

    version_id: int
    number: int
    effective_from: date
    elements: Elements
    unit_id: int
    unit_name: str
    can_apply: bool
    """It has a process in force and a form in use, and may be applied for online."""


@dataclass(frozen=True)
class MatterLine:
    version_id: int
    local_code: str
    name: str
    unit_name: str
    task_type: TaskType
    promised_limit: str
    visits: int | None
    labels: tuple[str, ...]
    can_apply: bool
    excerpt: str = ""


class MaterialState(StrEnum):
    """How a material of an application stands."""

    UPLOADED = "uploaded"
    REUSED = "reused"
    """Taken from the applicant's pool: handed in before, still valid."""
    WAIVED = "waived"
    """Unnecessary, because a register says it."""
    PLEDGED = "pledged"
    LACKING = "lacking"
    NOT_NEEDED = "not_needed"
    PAPER = "paper"
    """Handed in on paper at a window."""


@dataclass(frozen=True)
class MaterialView:
    key: str
    name: str
    state: MaterialState
    files: tuple[int, ...] = ()
    provenance: str = ""
    due_on: date | None = None
    supplied_at: datetime | None = None


@dataclass(frozen=True)
class Applicant:
    """Who applies.

    :param kind: ``person`` or ``organisation``
    :param identity: identity number or unified social credit code; shown masked, kept sealed
    """

    kind: str
    name: str
    identity: str
    phone: str = ""
    identity_kind: str = "111"
    account_id: int | None = None


@dataclass(frozen=True)
class MatterPage:
    items: tuple[MatterLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class BundleView:
    """A bundle (一件事) in force, with the matters it joins."""

    version_id: int
    number: int
    effective_from: date
    elements: BundleElements
    items: tuple[MatterView, ...]
    unit_id: int
    unit_name: str
    can_apply: bool


@dataclass(frozen=True)
class PoolItem:
    """A material that this applicant handed in before and that can be used again.

    :param key: the same word as in the material lists
    """

    key: str
    name: str
    files: tuple[int, ...]
    number: str
    """Of the application it was handed in with."""
    handed_in_on: date


@dataclass(frozen=True)
class AuthorisationView:
    """Who may act for whom, in which matters, and until when.

    :param is_valid: today, and not revoked
    """

    authorisation_id: int
    giver_id: int
    giver_name: str
    agent_id: int
    agent_name: str
    local_codes: tuple[str, ...]
    starts_on: date
    ends_on: date
    revoked_at: datetime | None
    reason: str
    file_id: int | None
    is_valid: bool


@dataclass(frozen=True)
class CustodyView:
    """One hand-over of papers: from whom to whom, what, and whether it arrived."""

    custody_id: int
    from_unit: str
    to_unit: str
    courier: str
    tracking: str
    items: tuple[str, ...]
    handed_at: datetime
    handed_by: str
    received_at: datetime | None
    received_by: str
    remark: str


@dataclass(frozen=True)
class VerifiedPaper:
    """What anybody learns who types the code of a paper: nothing personal.

    :param state: ``in_force``, ``revoked`` or ``expired``
    :param digest: SM3 of the file, to compare with the one at hand; empty until it is printed
    """

    title: str
    number: str
    unit_name: str
    issued_on: date
    state: str
    digest: str
    simulated: bool = False


@dataclass(frozen=True)
class ReuseFigures:
    """How many materials applications of a time asked for, and how they came (材料复用、数据免交).

    ``asked`` are the needed ones: all but ``not_needed``. Shares are None where nothing was asked for.
    """

    applications: int
    asked: int
    uploaded: int
    paper: int
    reused: int
    waived: int
    pledged: int
    lacking: int
    by_register: tuple[tuple[str, int], ...] = ()

    @property
    def spared(self) -> int:
        """Materials that nobody had to bring."""
        return self.reused + self.waived + self.pledged

    @property
    def spared_share(self) -> Decimal | None:
        return (Decimal(self.spared) / self.asked).quantize(Decimal("0.0001")) if self.asked else None


@dataclass(frozen=True)
class PaperView:
    """A paper that left the house (文书): receipt, notice, decision, licence.

    :param kind: such as ``receipt``, ``acceptance``, ``non_acceptance``, ``supplement_notice``, ``decision``
    :param number: 文号
    :param code: the verification code printed on it
    """

    paper_id: int
    kind: str
    title: str
    number: str
    code: str
    issued_at: datetime
    file_id: int | None
    state: str = "in_force"


@dataclass(frozen=True)
class ApplicationLine:
    application_id: int
    number: str
    matter_name: str
    local_code: str
    unit_name: str
    applicant_name: str
    channel: str
    status: str
    status_label: Words
    filed_at: datetime
    due_at: datetime | None
    simulated: bool = False


@dataclass(frozen=True)
class ApplicationPage:
    items: tuple[ApplicationLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class ApplicationView:
    """One application, as whoever may see it sees it.

    :param status: the national status code of its case
    :param due_at: as the clocks of the case said at its last change of status
    :param is_filed_for_another: by an agent, or by a clerk at the counter
    :param supplement_task_id: the applicant's open task, while a supplement is asked for
    :param supplement_items: everything that the notice asks for, line by line
    :param may: actions of this part that the asker may perform on it now, by name
    """

    application_id: int
    number: str
    matter: MatterLine
    case_id: int | None
    unit_id: int
    unit_name: str
    channel: str
    applicant_kind: str
    applicant_name: str
    applicant_identity_masked: str
    is_mine: bool
    filed_by_name: str
    status: str
    status_label: Words
    filed_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    delivered_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    lacking: bool
    pledged: bool
    materials: tuple[MaterialView, ...] = ()
    papers: tuple[PaperView, ...] = ()
    progress: tuple[tuple[datetime, Words], ...] = ()
    supplement_task_id: int | None = None
    is_filed_for_another: bool = False
    supplement_items: tuple[str, ...] = ()
    children: tuple[ApplicationLine, ...] = ()
    parent_id: int | None = None
    follow_ups: tuple[FollowUp, ...] = ()
    simulated: bool = False
    may: frozenset[str] = frozenset()
    answers: tuple[str, ...] = ()
    phone_masked: str = ""
    offering: str = "matter"
    received_at_unit_name: str = ""
    region_mode: str = ""
    forward_by: date | None = None
    """收件地 hands the materials on by this day; empty where there is nothing to hand on."""
    custody: tuple[CustodyView, ...] = ()
    delivery_manner: str = ""
    delivered_to: str = ""
    delivery_note: str = ""
    explanation: Words = ""
    """Of a bundle: what its parts came to, where they did not all come to the same."""


@dataclass(frozen=True)
class ProgressView:
    """What anybody with number and access code sees: nothing personal."""

    number: str
    matter_name: str
    unit_name: str
    status: str
    status_label: Words
    filed_at: datetime
    due_at: datetime | None
    progress: tuple[tuple[datetime, Words], ...]


@dataclass(frozen=True)
class FollowUp:
    """Something another part offers on an application's page, such as rating it."""

    title: Words
    url: str
    tone: str = "neutral"


@dataclass(frozen=True)
class Filed:
    """What the applicant takes home: two things to keep."""

    application_id: int
    number: str
    access_code: str
    case_id: int | None = None
    children: tuple[int, ...] = ()


@dataclass(frozen=True)
class PreCheck:
    """What the machine finds before an application is filed: reasons, not verdicts of a person.

    :param missing: materials that are needed under the answers given and are neither there, waived nor pledged
    """

    findings: tuple[CheckFinding, ...] = ()
    materials: tuple[MaterialView, ...] = ()

    @property
    def passes(self) -> bool:
        return not any(finding.blocks for finding in self.findings)


@dataclass(frozen=True)
class CheckFinding:
    field: str
    message: Words
    hint: Words = ""
    blocks: bool = True


@dataclass(frozen=True)
class Draft:
    """An application begun and not filed."""

    local_code: str
    matter_name: str
    saved_at: datetime
    answers: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
