"""The units in which a number may be given, and which of them count whole things."""

from __future__ import annotations

COUNTED = frozenset(
    (
        "件", "宗", "个", "台", "人", "人次", "次", "份", "篇", "期", "卷", "页", "本", "册", "条", "类",
        "项", "种", "家", "箱", "株", "套", "户", "场", "批", "笔", "起", "例", "处", "间", "张", "座", "组", "位",
    )
)  # fmt: skip
MEASURED = frozenset(
    (
        "%", "‰", "百分点", "分", "ms", "s", "min", "h", "D", "WD", "周", "月", "年", "元", "万元", "m", "km",
        "m²", "km²", "RPS",
    )
)  # fmt: skip
"""``D`` is a natural day, ``WD`` a working day, ``RPS`` requests a second."""

UNITS = COUNTED | MEASURED | {""}
