"""The families of indicators: second-level codes and the names the forms print for them (财预〔2021〕101号)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Words


@dataclass(frozen=True)
class Family:
    """A second level of the indicator system; ``names`` are its official name and the aliases met in forms."""

    code: str
    l1_code: str
    title: Words
    names: tuple[str, ...]


FAMILIES = (
    Family("11", "1", _("Quantity"), ("数量指标", "数量")),
    Family("12", "1", _("Quality"), ("质量指标", "质量")),
    Family("13", "1", _("Timeliness"), ("时效指标", "时效")),
    Family("21", "2", _("Economic benefit"), ("经济效益", "经济效益指标")),
    Family("22", "2", _("Social benefit"), ("社会效益", "社会效益指标")),
    Family("23", "2", _("Ecological benefit"), ("生态效益", "生态效益指标")),
    Family("24", "2", _("Sustainable influence"), ("可持续影响", "可持续影响指标")),
    Family("31", "3", _("Satisfaction"), ("服务对象满意度", "服务对象满意度指标", "满意度指标")),
    Family("41", "4", _("Economic cost"), ("经济成本", "经济成本指标")),
    Family("42", "4", _("Social cost"), ("社会成本", "社会成本指标")),
    Family("43", "4", _("Ecological cost"), ("生态环境成本", "生态环境成本指标")),
)
BY_CODE = {family.code: family for family in FAMILIES}
_BY_NAME = {name: family for family in FAMILIES for name in family.names}


def family_code(l1_code: str, l2_code: str, l2_name: str) -> str:
    """The family of an indicator: its printed code where there is one, else its printed name, else empty."""
    if l2_code in BY_CODE:
        return l2_code
    family = _BY_NAME.get(l2_name.strip())
    return family.code if family else ""


def family_title(code: str) -> Words:
    return BY_CODE[code].title if code in BY_CODE else _("No family")
