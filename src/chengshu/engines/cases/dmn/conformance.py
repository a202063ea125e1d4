"""Runs a folder of decision models against test files in the public layout of the DMN Technology Compatibility Kit.

A case folder holds ``NNNN-name.dmn`` and any number of ``NNNN-name-test-NN.xml``; a ``testCase`` passes when each of
its ``resultNode`` elements does. Numbers may differ by 1e-8 of their size. Nothing that a model does stops the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from chengshu.engines.cases.bpmn.parsing import parse
from chengshu.engines.cases.bpmn.tree import Element
from chengshu.engines.cases.dmn import DecisionModel, read_decisions_file
from chengshu.engines.cases.dmn.items import settled
from chengshu.engines.cases.feel import temporal
from chengshu.engines.cases.feel.builtins.conversion import parsed_number
from chengshu.engines.cases.feel.errors import Remark
from chengshu.engines.cases.feel.limits import Limits
from chengshu.engines.cases.feel.names import normalised
from chengshu.engines.cases.feel.types import ANY, Constrained, ContextType, ListType, Simple, Type
from chengshu.engines.cases.feel.values import DATE_AND_TIME, DAYS, YEARS, equal, kind, lift, text_of
from chengshu.foundation.errors import ChengshuError

TOLERANCE = Decimal("1e-8")
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


@dataclass
class Report:
    """What a run found.

    :param failed: one entry for each result that is not as expected, and for each file that could not be used
    """

    models: int = 0
    cases: int = 0
    passed: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)

    def fail(
        self, file: Path, case: str, node: str, reason: str, expected: str = "", actual: str = ""
    ) -> None:
        self.failed.append(
            {
                "file": file.name,
                "case": case,
                "node": node,
                "expected": expected,
                "actual": actual,
                "reason": reason,
            }
        )


def run_folder(path: Path) -> dict[str, Any]:
    """Run every test file below ``path``.

    :returns: ``models``, ``cases``, ``passed`` as numbers and ``failed`` as a list of ``file``, ``case``, ``node``,
        ``expected``, ``actual`` and ``reason``
    """
    report = Report(models=sum(1 for _model in path.rglob("*.dmn")))
    models: dict[Path, DecisionModel | str] = {}
    for file in sorted(path.rglob("*.xml")):
        suite = _suite(file, report)
        if suite is not None:
            _run_file(file, suite, models, report)
    for file in sorted(set(path.rglob("*.dmn")) - models.keys()):
        loaded = _loaded(file)
        if isinstance(loaded, str):
            report.fail(file, "", "", loaded)
    return {
        "models": report.models,
        "cases": report.cases,
        "passed": report.passed,
        "failed": report.failed,
    }


def _suite(file: Path, report: Report) -> Element | None:
    """The root of a test file; None for other XML."""
    try:
        root, _remarks = parse(file.read_bytes())
    except ChengshuError as error:
        report.fail(file, "", "", str(error))
        return None
    return root if root.local == "testCases" else None


def _loaded(file: Path) -> DecisionModel | str:
    """The model, leniently read; or why it could not be."""
    try:
        return read_decisions_file(file, lenient=True)
    except (ChengshuError, OSError) as error:
        return str(error)
    except Exception as error:  # see _passes
        return f"{type(error).__name__}: {error}"


def _run_file(file: Path, suite: Element, models: dict[Path, DecisionModel | str], report: Report) -> None:
    name = next((child.value for child in suite.children if child.local == "modelName"), "")
    path = file.parent / Path(name).name
    if path not in models:
        models[path] = _loaded(path)
    model = models[path]
    for number, case in enumerate(_named(suite, "testCase"), 1):
        report.cases += 1
        label = case.id or str(number)
        if isinstance(model, str):
            report.fail(file, label, "", model)
        elif _passes(file, label, case, model, report):
            report.passed += 1


def _named(element: Element, local: str) -> list[Element]:
    return [child for child in element.children if child.local == local]


def _passes(file: Path, label: str, case: Element, model: DecisionModel, report: Report) -> bool:
    inputs = {
        normalised(node.name): meant(value_of(node), model.type_of(normalised(node.name)))
        for node in _named(case, "inputNode")
    }
    before = len(report.failed)
    for node in _named(case, "resultNode"):
        expected = _expected(node)
        wanted = text_of(expected, nested=True)
        try:
            actual, reason = _actual(case, node, inputs, model)
            if not agrees(expected, actual):
                report.fail(file, label, node.name, reason, wanted, text_of(actual, nested=True))
        except ChengshuError as error:
            if node.get("errorResult") != "true":
                report.fail(file, label, node.name, str(error), wanted)
        except Exception as error:  # a defect of ours must be listed, not end the run
            report.fail(file, label, node.name, f"{type(error).__name__}: {error}", wanted)
    return len(report.failed) == before


def _expected(node: Element) -> Any:
    """What a result should be; files of 2016 say ``computed`` for ``expected``."""
    holders = [*_named(node, "expected"), *_named(node, "computed")]
    return value_of(holders[0]) if holders else None


def _actual(case: Element, node: Element, inputs: Mapping[str, Any], model: DecisionModel) -> tuple[Any, str]:
    """The value of a result node, and why it or parts of it became null."""
    remarks: list[Remark] = []
    value = _evaluated(case, node, inputs, model, remarks)
    return value, "; ".join(dict.fromkeys(str(remark.message) for remark in remarks)) or "another value"


def _evaluated(
    case: Element, node: Element, inputs: Mapping[str, Any], model: DecisionModel, remarks: list[Remark]
) -> Any:
    limits = Limits(seconds=10, now=datetime.now(UTC))
    invocable = normalised(case.get("invocableName"))
    match case.get("type") or node.get("type"):
        case "bkm" | "businessKnowledgeModel":
            return model.invoke(invocable or node.name, inputs, limits=limits, remarks=remarks)
        case "decisionService":
            value = model.evaluate(invocable or node.name, inputs, limits=limits, remarks=remarks)
            outputs = model.outputs_of(invocable or node.name)
            wanted = normalised(node.name)
            return (
                value[wanted] if len(outputs) > 1 and isinstance(value, dict) and wanted in value else value
            )
    return model.evaluate(normalised(node.name), inputs, limits=limits, remarks=remarks)


# ---- values --------------------------------------------------------------------------------------------------


def value_of(holder: Element) -> Any:
    """The value that an element of a test file holds: a ``value``, ``component`` elements, or a ``list``."""
    components = _named(holder, "component")
    if components:
        return {normalised(component.name): value_of(component) for component in components}
    for found in holder.children:
        if found.attributes.get(f"{_XSI}nil") in ("true", "1"):
            return None
        if found.local == "list":
            return [value_of(item) for item in _named(found, "item")]
        if found.local == "value":
            return _simple(found)
    return None


def _simple(value: Element) -> Any:
    """The value by its XML Schema type; text without one."""
    text = "".join(_raw_text(value))
    of = value.attributes.get(f"{_XSI}type", "").rpartition(":")[2]
    stripped = text.strip()
    match of:
        case "boolean":
            return stripped in ("true", "1")
        case "decimal" | "double" | "float" | "integer" | "int" | "long" | "short" | "byte":
            return parsed_number(stripped)
        case "date":
            return temporal.parse_date(stripped)
        case "time":
            return temporal.parse_time(stripped)
        case "dateTime":
            return temporal.parse_date_time(stripped)
        case "duration" | "dayTimeDuration" | "yearMonthDuration":
            return temporal.parse_duration(stripped)
    return text if of else Untyped(text)


class Untyped(str):
    """Text that a test file gives no type: it means whatever the model declares, or the result is."""


_READINGS: dict[str, Callable[[str], Any]] = {
    "number": parsed_number,
    "boolean": lambda text: {"true": True, "false": False}.get(text),
    "date": temporal.parse_date,
    "time": temporal.parse_time,
    DATE_AND_TIME: temporal.parse_date_time,
    DAYS: temporal.parse_duration,
    YEARS: temporal.parse_duration,
}


def meant(value: Any, of: Type) -> Any:
    """An input as its declared type reads it; what has a type already stays what it is."""
    of = settled(of)
    if isinstance(of, Constrained):
        return meant(value, of.of)
    if isinstance(value, list):
        return [meant(item, of.of if isinstance(of, ListType) else of) for item in value]
    if isinstance(value, dict):
        entries = of.entries if isinstance(of, ContextType) else {}
        return {name: meant(part, entries.get(name, ANY)) for name, part in value.items()}
    if not isinstance(value, Untyped):
        return value
    if isinstance(of, Simple) and of.kind in _READINGS:
        return _READINGS[of.kind](value.strip())
    return str(value)


def _raw_text(element: Element) -> Iterator[str]:
    """The text with its blanks, which count in strings."""
    yield element.text
    for node in element.nodes:
        yield node.tail


def agrees(expected: Any, actual: Any) -> bool:
    """Whether a result is what a test expects."""
    if isinstance(expected, Untyped):
        expected = _read_like(actual, expected)
    one, other = kind(expected), kind(actual)
    if one != other:
        return False
    if one == "number":
        wanted, found = lift(expected), lift(actual)
        return bool(abs(wanted - found) <= TOLERANCE * max(abs(wanted), Decimal(1)))
    if one == "list":
        return len(expected) == len(actual) and all(map(agrees, expected, actual))
    if one == "context":
        names = {*expected, *(name for name, value in actual.items() if value is not None)}
        return all(agrees(expected.get(name), actual.get(name)) for name in names)
    return equal(expected, actual) is True


def _read_like(actual: Any, expected: Untyped) -> Any:
    """Text without a type as a value of the kind that the result is of; nothing at all means null."""
    found = kind(actual)
    if found == "null" and not expected.strip():
        return None
    reading = _READINGS.get(found)
    return reading(expected.strip()) if reading else str(expected)
