"""The words by which the linter tells what an indicator is about. Only lists; each word is a habit of naming.

Sources: the classes are those of 财预〔2021〕101号 and of the two official forms; the words were
gathered from published district-level target tables. Unverified yardsticks are starting values
for a district to set.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

L2_NAMES: dict[str, str] = {
    "11": "数量", "12": "质量", "13": "时效",
    "21": "经济效益", "22": "社会效益", "23": "生态效益", "24": "可持续影响",
    "31": "服务对象满意度",
    "41": "经济成本", "42": "社会成本", "43": "生态环境成本",
}  # fmt: skip
"""Second-level codes; 41–43 are an extension of the form (101号 demands them, the form prints no code)."""

FAMILIES: dict[str, str] = {"1": "产出", "2": "效益", "3": "满意度", "4": "成本"}

SATISFACTION = ("满意", "好评", "认可")
TIMELINESS = (
    "及时",
    "按时",
    "准时",
    "时间",
    "时长",
    "时限",
    "延迟",
    "时延",
    "速度",
    "RTO",
    "响应",
    "耗时",
    "逾期",
)
SYSTEM_PERFORMANCE = ("平均响应时间", "平均响应时长", "不可用")
"""Measured performance of a system: acceptable as quality."""

COUNT_ENDINGS = (
    "件数",
    "数量",
    "次数",
    "人数",
    "人次",
    "份数",
    "总数",
    "业务量",
    "用户数",
    "单位数",
    "频次",
    "面积",
)
RATE_ENDINGS = ("率", "占比", "比例")

INPUTS = (
    "资金支出", "支出进度", "支出完成", "经费保障", "编外人员", "聘用", "工资支付", "租赁", "采购数量",
    "采购完成",     "邮寄", "水电费", "评分完成",
)  # fmt: skip
STAFF_ENDINGS = ("支撑", "驻场服务", "驻场", "人员", "人员数量", "人员配备")

INTERNAL_RESULTS = (
    "正常运行", "可用", "年限", "RPO", "RTO", "恢复点", "备份", "系统功能", "功能改造", "服务人次",
    "服务人数",     "服务对象及数量", "业务量",
)  # fmt: skip
"""Results of the work itself; filed as benefit they say nothing about society."""

BENEFIT_RATES = (
    "覆盖率",
    "知晓率",
    "普及率",
    "增长率",
    "下降率",
    "降低率",
    "就业率",
    "投诉率",
    "参与率",
    "利用率",
)

CHANGE_FILLERS = ("全面", "明显", "显著", "有效", "持续", "不断", "进一步", "稳步")

ACCEPTANCE = ("验收", "初验", "终验", "测评", "评审")
ASSESSMENTS = ("测评", "评估", "检测")
PASS_WORDS = ("通过", "合格", "得分", "分数", "等级", "结论")

GENERIC_NAMES = (
    "满意", "正常运行", "验收", "支出进度", "系统", "故障", "用户数", "并发", "及时率", "响应", "可用率",
    "运行时间",     "使用周期", "年限", "交付物",
)  # fmt: skip
"""Names that many projects share rightly; equal values under them are no double counting."""

STEM_FILLERS = ("完成率", "内容", "任务", "工作", "情况", "数量", "比例", "率", "度")

CONFUSABLE_WORDS: tuple[tuple[str, str], ...] = (
    ("事件", "时间"),
    ("权力", "权利"),
    ("截至", "截止"),
    ("制定", "制订"),
)
"""Words typed for one another: right, wrong."""

MASS_WORK = ("工单", "案件", "办结", "响应", "审核", "交办", "办件")
"""Work done thousands of times a year, of which some cases always fail."""

ALTERNATIVE_L2: tuple[tuple[tuple[str, ...], str], ...] = (
    (SATISFACTION, "服务对象满意度"),
    (TIMELINESS, "时效指标"),
)


@dataclass(frozen=True, slots=True)
class Yardstick:
    """A figure against which a target looks lax; ``verified`` says whether a source prints it."""

    key: str
    value: Decimal
    unit: str
    source: str
    verified: bool = False


YARDSTICKS: dict[str, Yardstick] = {
    stick.key: stick
    for stick in (
        Yardstick("statutory_approval", Decimal(20), "WD", "行政许可法第42条第1款", verified=True),
        Yardstick("recovery_point", Decimal(24), "h", "district default; no norm read"),
        Yardstick("money_per_person", Decimal(5), "万元", "district default"),
        Yardstick(
            "satisfaction_margin", Decimal(15), "%", "district default: points below the peers' median"
        ),
        Yardstick("rate_factor", Decimal(5), "", "district default: times the best peer"),
        Yardstick("mass", Decimal(1000), "", "district default: cases a year from which 100 % cannot hold"),
        Yardstick(
            "certain_satisfaction", Decimal(99), "%", "district default: satisfaction that cannot hold"
        ),
        Yardstick("significant_digits", Decimal(7), "", "district default: digits no plan can know"),
    )
}
