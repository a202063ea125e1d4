"""What each official form says. Amounts are in 万元.

``None`` means not reported and is printed as a blank, never as 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from chengshu.foundation.papers.layout import Imprint
from chengshu.hub.promises.tables.data import SourceTables

MonitoringReason = Literal["funding", "rules", "staff", "equipment", "other"]
Likelihood = Literal["certain", "possible", "impossible"]
Severity = Literal["E", "W", "I"]

MONITORING_REASONS: tuple[tuple[MonitoringReason, str], ...] = (
    ("funding", "经费保障"),
    ("rules", "制度保障"),
    ("staff", "人员保障"),
    ("equipment", "硬件条件保障"),
    ("other", "其他"),
)
"""The reasons for a deviation that the monitoring form prints as columns (财预〔2019〕136号)."""

LIKELIHOODS: tuple[tuple[Likelihood, str], ...] = (
    ("certain", "确定能"),
    ("possible", "有可能"),
    ("impossible", "完全不可能"),
)
"""How likely the year's target is to be met, in the form's order."""

SEVERITIES: tuple[tuple[Severity, str], ...] = (("E", "错误"), ("W", "警告"), ("I", "提示"))


@dataclass(frozen=True, slots=True)
class TargetsForm:
    """部门整体预算绩效目标申报表 and 项目支出绩效目标表（含转移支付项目）, whichever the tables hold.

    :param note: printed above the projects, where the reader must know that they are not all
    """

    tables: SourceTables
    imprint: Imprint
    note: str = ""


@dataclass(frozen=True, slots=True)
class FundExecution:
    """One line of money of a self-evaluation, such as 年度资金总额.

    :param rate: executed ÷ adjusted budget as a share; ``None`` where the budget is 0
    :param points: weight; ``None`` on lines that are not scored
    """

    name: str
    initial: Decimal | None
    adjusted: Decimal | None
    executed: Decimal | None
    points: Decimal | None = None
    rate: Decimal | None = None
    score: Decimal | None = None


@dataclass(frozen=True, slots=True)
class EvaluatedIndicator:
    """One indicator of a self-evaluation with its result; ``deviation`` holds reason and remedy."""

    l1_name: str
    l2_name: str
    name: str
    annual_target: str
    actual: str
    points: Decimal | None
    score: Decimal | None
    deviation: str = ""


@dataclass(frozen=True, slots=True)
class SelfEvaluationForm:
    """项目支出绩效自评表 of one project and year (财预〔2020〕10号).

    :param funds: the money, total first
    :param total_points: sum of all weights, execution included
    :param total_score: ``None`` while anything is unreported
    """

    year: int
    project: str
    department: str
    unit: str
    funds: tuple[FundExecution, ...]
    expected_goal: str
    achieved_goal: str
    indicators: tuple[EvaluatedIndicator, ...]
    total_points: Decimal
    total_score: Decimal | None
    imprint: Imprint
    filled_by: str = ""
    phone: str = ""
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class FundMonitoring:
    """One line of money under monitoring: ``rate`` is a share, ``forecast`` is for the whole year."""

    name: str
    initial: Decimal | None
    executed: Decimal | None
    rate: Decimal | None
    forecast: Decimal | None


@dataclass(frozen=True, slots=True)
class MonitoredIndicator:
    """One indicator at a checkpoint: what is done, what the year will bring, and why it deviates."""

    l1_name: str
    l2_name: str
    name: str
    annual_target: str
    achieved: str
    forecast: str
    reasons: frozenset[MonitoringReason] = frozenset()
    explanation: str = ""
    likelihood: Likelihood | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class MonitoringForm:
    """项目支出绩效目标执行监控表 of one project (财预〔2019〕136号).

    :param period: the months under review as printed, such as ``1-7月``
    """

    year: int
    period: str
    project: str
    department: str
    unit: str
    funds: tuple[FundMonitoring, ...]
    goal: str
    indicators: tuple[MonitoredIndicator, ...]
    imprint: Imprint


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of the quality check.

    :param ref: the indicator, such as ``P36#1`` or, of the department itself, ``D16``
    :param raw: the printed text that is meant
    :param reason: what is wrong and by which law or rule
    """

    ref: str
    project: str
    indicator: str
    raw: str
    code: str
    severity: Severity
    reason: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class LintReport:
    """绩效目标质量检查报告: every finding, and how many there are of each kind.

    :param project_count: projects that were checked
    :param indicator_count: indicators that were checked
    """

    year: int
    department: str
    project_count: int
    indicator_count: int
    findings: tuple[Finding, ...]
    imprint: Imprint
    note: str = ""


Form = TargetsForm | SelfEvaluationForm | MonitoringForm | LintReport
