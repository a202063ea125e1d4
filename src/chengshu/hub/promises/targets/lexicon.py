"""The words of printed target values: operators, units, scales, periods, grades. Only lists, with sources.

Sources are short marks: ``CC-1259`` is 民法典第1259条 (以上、以下、以内、届满 include the number;
不满、超过、以外 exclude it), ``GB3101`` is GB/T 3101-1993 (signs of comparison), ``GB3100`` is
GB 3100-1993 (units and their symbols), ``usage`` is the wording of published performance-target
tables, ``IME`` is a known mistyping of a Chinese input method.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from .kinds import Dimension, Op


@dataclass(frozen=True, slots=True)
class Operator:
    """One spelling of a comparison.

    :param op: what it means; None for an illegal sign, whose ``candidates`` say what it may have meant
    :param implied: the law does not define the word, its meaning is only usual
    """

    spelling: str
    op: Op | None
    source: str
    candidates: tuple[Op, ...] = ()
    implied: bool = False


def _spellings(op: Op, source: str, *spellings: str) -> tuple[Operator, ...]:
    return tuple(Operator(spelling, op, source) for spelling in spellings)


PREFIX_OPERATORS: tuple[Operator, ...] = (
    *_spellings(Op.GE, "GB3101", "≥", ">=", "=>", "≧", "⩾", "≮"),
    *_spellings(Op.LE, "GB3101", "≤", "<=", "=<", "≦", "⩽", "≯"),
    *_spellings(Op.GT, "GB3101", ">"),
    *_spellings(Op.LT, "GB3101", "<"),
    *_spellings(Op.EQ, "GB3101", "==", "="),
    *_spellings(Op.GE, "usage", "不低于", "不少于", "不小于", "大于等于", "大于或等于", "大于或者等于"),
    *_spellings(Op.GE, "usage", "至少", "最少", "最低", "达到", "不得低于", "不得少于", "不得小于"),
    *_spellings(Op.LE, "usage", "不高于", "不大于", "不多于", "小于等于", "小于或等于", "小于或者等于"),
    *_spellings(Op.LE, "CC-1259", "不超过", "不得超过"),
    *_spellings(Op.LE, "usage", "至多", "最多", "最高", "不得高于", "不得大于", "不得多于"),
    *_spellings(Op.GT, "usage", "大于", "高于", "多于", "逾"),
    *_spellings(Op.GT, "CC-1259", "超过"),
    *_spellings(Op.LT, "usage", "小于", "少于", "低于", "不足"),
    *_spellings(Op.LT, "CC-1259", "不满"),
    *_spellings(Op.EQ, "usage", "等于", "为"),
    Operator("《", None, "IME", (Op.LE, Op.LT)),
    Operator("〈", None, "IME", (Op.LE, Op.LT)),
    Operator("》", None, "IME", (Op.GE, Op.GT)),
    Operator("〉", None, "IME", (Op.GE, Op.GT)),
)

SUFFIX_OPERATORS: tuple[Operator, ...] = (
    *_spellings(Op.GE, "CC-1259", "及以上", "或以上", "(含)以上", "以上"),
    *_spellings(Op.LE, "CC-1259", "及以下", "或以下", "(含)以下", "以下", "以内", "之内"),
    *_spellings(Op.GT, "CC-1259", "以外"),
    Operator("内", Op.LE, "usage", implied=True),
)
"""``内`` alone (only after a unit of time) is not among the words of CC-1259, so its reading is implied."""

APPROXIMATE_WORDS = ("左右", "上下")
APPROXIMATE_PREFIXES = ("大约", "约")
RANGE_SIGNS = ("~", "—", "–", "-", "至", "到", "∼")


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its canonical symbol, how officials print it, and every spelling that is read as it.

    :param odd: spellings that are understood but wrong by GB 3100 (``S`` is siemens, ``KM`` is not a unit)
    """

    symbol: str
    printed: str
    dimension: Dimension
    spellings: tuple[str, ...]
    odd: tuple[str, ...] = ()
    source: str = "usage"


def _counts(*symbols: str) -> tuple[Unit, ...]:
    return tuple(Unit(symbol, symbol, Dimension.COUNT, (symbol,)) for symbol in symbols)


UNITS: tuple[Unit, ...] = (
    *_counts(
        "件", "宗", "个", "台", "人", "人次", "次", "份", "篇", "期", "卷", "页", "本", "册", "条", "类"
    ),
    *_counts(
        "项", "种", "家", "箱", "株", "套", "户", "场", "批", "辆", "架", "架次", "笔", "起", "例", "处"
    ),
    *_counts("间", "栋", "块", "张", "门", "路", "座", "组", "名", "位", "支", "字", "班次"),
    Unit("%", "%", Dimension.RATIO, ("%", "﹪", "百分比"), source="GB3101"),
    Unit("‰", "‰", Dimension.RATIO, ("‰",), source="GB3101"),
    Unit("百分点", "个百分点", Dimension.RATIO, ("个百分点", "百分点")),
    Unit("分", "分", Dimension.SCORE, ("分",)),
    Unit("ms", "毫秒", Dimension.TIME, ("ms", "毫秒"), ("MS", "Ms"), "GB3100"),
    Unit("s", "秒", Dimension.TIME, ("s", "秒", "秒钟"), ("S", "SEC", "Sec", "sec"), "GB3100"),
    Unit("min", "分钟", Dimension.TIME, ("min", "分钟"), ("MIN", "Min"), "GB3100"),
    Unit("h", "小时", Dimension.TIME, ("h", "小时", "个小时"), ("H",), "GB3100"),
    Unit("D", "天", Dimension.TIME, ("天", "日", "自然日", "个自然日", "D"), source="GB3100"),
    Unit("WD", "个工作日", Dimension.TIME, ("个工作日", "工作日", "WD"), source="行政许可法第82条"),
    Unit("周", "周", Dimension.TIME, ("周", "星期", "个星期")),
    Unit("月", "个月", Dimension.TIME, ("个月", "月")),
    Unit("年", "年", Dimension.TIME, ("年",)),
    Unit("m", "米", Dimension.LENGTH, ("m", "米"), source="GB3100"),
    Unit("km", "公里", Dimension.LENGTH, ("km", "公里", "千米"), ("KM", "Km"), "GB3100"),
    Unit("m²", "平方米", Dimension.AREA, ("m²", "m2", "平方米", "平米"), ("M2",), "GB3100"),
    Unit("km²", "平方公里", Dimension.AREA, ("km²", "km2", "平方公里", "平方千米"), ("KM2",), "GB3100"),
    Unit("亩", "亩", Dimension.AREA, ("亩",)),
    Unit("公顷", "公顷", Dimension.AREA, ("公顷", "hm2")),
    Unit("元", "元", Dimension.MONEY, ("元", "人民币元")),
    Unit("RPS", "RPS", Dimension.RATE, ("RPS", "rps", "QPS", "qps")),
    Unit("TPS", "TPS", Dimension.RATE, ("TPS", "tps")),
)
"""人 is not 人次, 天 is not 工作日, 分 (a score) is not 分钟: each is a unit of its own."""

DELIVERABLE_UNITS = frozenset({"份", "篇", "期", "本", "册"})

SCALES: tuple[tuple[str, Decimal], ...] = (
    ("万亿", Decimal(10) ** 12),
    ("亿", Decimal(10) ** 8),
    ("万", Decimal(10) ** 4),
)


@dataclass(frozen=True, slots=True)
class Period:
    """A period of a frequency, and how many of it a year has for the purpose of annual targets."""

    symbol: str
    per_year: int
    spellings: tuple[str, ...]


PERIODS: tuple[Period, ...] = (
    Period("日", 365, ("日", "天")),
    Period("周", 52, ("周", "星期")),
    Period("月", 12, ("个月", "月度", "月")),
    Period("季", 4, ("个季度", "季度", "季")),
    Period("半年", 2, ("半年",)),
    Period("年", 1, ("年度", "年")),
)

GRADES: tuple[str, ...] = ("非常满意", "满意", "基本满意", "不满意", "非常不满意")
"""The five steps of the satisfaction scale of 政务服务好差评 (国办发〔2019〕51号), best first."""

MET_WORDS: tuple[str, ...] = (
    "合格",
    "通过",
    "达标",
    "正常",
    "正常运行",
    "完成",
    "已完成",
    "按时完成",
    "是",
    "符合",
)
"""Values that are met or not met."""

MET_ENDINGS: tuple[str, ...] = ("上线", "验收", "通过验收", "备案", "部署", "投入使用", "交付")
"""``完成…上线`` and the like are met or not met too."""

DELIVERY_VERBS: tuple[str, ...] = ("产出", "提供", "提交", "形成", "出具", "完成", "编制", "开展", "进行")

CHANGE_VERBS: tuple[str, ...] = (
    "压缩", "降低", "减少", "缩短", "节约", "节省", "下降", "提高", "提升", "增长", "增加", "上升",
)  # fmt: skip

SCOPE_WORDS: tuple[str, ...] = ("全区", "全市", "全省", "全国", "全局", "全县", "全镇", "全街")

METRIC_ENDINGS: tuple[str, ...] = (
    "率", "度", "数", "量", "时间", "时长", "时限", "年限", "次数", "人次", "占比", "比例", "周期", "评分",
    "得分",
)  # fmt: skip

BASELINE_ALIASES: dict[str, str] = {"法定办理时限": "法定时限", "法定办结时限": "法定时限"}

NUMERALS: dict[str, int] = {
    "〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8,
    "九": 9,
}  # fmt: skip

NAME_UNITS: tuple[tuple[str, str], ...] = (
    ("人次", "人次"), ("件数", "件"), ("次数", "次"), ("人数", "人"), ("频次", "次"), ("天数", "D"),
    ("份数", "份"),
        ("用户数", "个"), ("页数", "页"),
)  # fmt: skip
"""Endings of an indicator's name that tell its unit."""

MONEY_NAME_WORDS: tuple[str, ...] = (
    "成本",
    "资金",
    "金额",
    "费用",
    "投资",
    "经费",
    "收入",
    "支出额",
    "产值",
    "税",
)


@cache
def unit_spellings() -> tuple[tuple[str, Unit, bool], ...]:
    """Every spelling with its unit and whether it is odd, longest first."""
    found = [(spelling, unit, False) for unit in UNITS for spelling in (unit.symbol, *unit.spellings)]
    found += [(spelling, unit, True) for unit in UNITS for spelling in unit.odd]
    return tuple(sorted(dict.fromkeys(found), key=lambda entry: -len(entry[0])))


@cache
def unit_named(symbol: str) -> Unit | None:
    """The unit of a canonical symbol."""
    return next((unit for unit in UNITS if unit.symbol == symbol), None)


@cache
def unit_spelled(text: str) -> Unit | None:
    """The unit of any spelling."""
    return next((unit for spelling, unit, _ in unit_spellings() if spelling == text), None)


@cache
def period_named(symbol: str) -> Period | None:
    """The period of a canonical symbol."""
    return next((period for period in PERIODS if period.symbol == symbol), None)


@cache
def period_spelled(text: str) -> Period | None:
    """The period of any spelling."""
    return next((period for period in PERIODS if text in period.spellings), None)


def longest_first(operators: tuple[Operator, ...]) -> tuple[Operator, ...]:
    """Operators so ordered that ``不低于`` is tried before ``低于``."""
    return tuple(sorted(operators, key=lambda operator: -len(operator.spelling)))
