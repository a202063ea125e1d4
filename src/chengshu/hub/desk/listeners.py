"""Where two engines meet that do not know each other: processes may name the forms that the registers hold,
and take from them what their fields pass on."""

from __future__ import annotations

from chengshu.engines.cases.api import register_known_forms, register_variables_of_form
from chengshu.engines.registers import api as registers

register_known_forms(registers.known_forms)
register_variables_of_form(registers.variables_passed_by)
