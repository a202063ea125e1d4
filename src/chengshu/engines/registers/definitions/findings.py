"""Remarks on a definition, each at its place in the JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers.definitions.locating import Pointer, enclosing
from chengshu.foundation.errors import InvalidInput, Words


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a definition.

    :param pointer: of the value, as JSON Pointer (RFC 6901): ``/properties/uscc/maxLength``
    :param line: 1-based; 0 when the definition has no text
    """

    pointer: str
    line: int
    code: str
    message: Words
    hint: Words = ""


class DefinitionRefused(InvalidInput):
    """A definition is not registered; ``findings`` says everything that is wrong with it."""

    default_code = "form.definition"

    def __init__(self, key: str, findings: Sequence[Finding]) -> None:
        first = findings[0]
        super().__init__(
            _("The form “%(key)s” is refused at %(place)s (line %(line)s): %(reason)s")
            % {"key": key, "place": first.pointer or "/", "line": first.line, "reason": first.message},
            field=first.pointer,
            hint=first.hint,
            data={
                "findings": [
                    {
                        "pointer": each.pointer,
                        "line": each.line,
                        "code": each.code,
                        "message": str(each.message),
                    }
                    for each in findings
                ]
            },
        )
        self.findings = tuple(findings)


class Remarks:
    """Collects findings while a definition is read."""

    def __init__(self, lines: dict[Pointer, int]) -> None:
        self.lines = lines
        self.findings: list[Finding] = []

    def add(self, pointer: Pointer, code: str, message: Words, hint: Words = "") -> None:
        line = next((self.lines[part] for part in enclosing(pointer) if part in self.lines), 0)
        text = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in pointer)
        self.findings.append(Finding(text, line, f"form.{code}", message, hint))

    def refuse_if_any(self, key: str) -> None:
        """Raise what was found, in the order of the text.

        :raises DefinitionRefused: if anything was
        """
        if self.findings:
            raise DefinitionRefused(key, sorted(self.findings, key=lambda each: each.line))
