"""Where two engines meet that do not know each other: processes may name the forms that the registers hold."""

from __future__ import annotations

from chengshu.engines.cases.api import register_known_forms
from chengshu.engines.registers import api as registers

register_known_forms(registers.known_forms)
