"""Definitions of forms: a documented subset of JSON Schema 2020-12 with ``x-`` annotations, read and judged."""

from chengshu.engines.registers.definitions.cross_checks import all_fields
from chengshu.engines.registers.definitions.findings import DefinitionRefused, Finding
from chengshu.engines.registers.definitions.reading import read_form

__all__ = ["DefinitionRefused", "Finding", "all_fields", "read_form"]
