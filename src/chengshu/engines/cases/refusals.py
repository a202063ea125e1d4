"""A model that cannot be deployed, with every reason located."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.data import Finding
from chengshu.foundation.errors import InvalidInput


class ModelRefused(InvalidInput):
    """A BPMN or DMN model is refused; nothing of it is deployed.

    :param findings: what is wrong, at least one of severity ``error``; the first gives the sentence
    """

    default_code: ClassVar[str] = "cases.model_refused"

    def __init__(self, findings: Iterable[Finding], *, field: str = "model") -> None:
        self.findings = tuple(findings)
        first = next((f for f in self.findings if f.severity == "error"), self.findings[0])
        super().__init__(
            first.message,
            field=field,
            code=first.code,
            hint=first.hint or _("Open the element named here in the editor and mend it."),
            data={"findings": [_plain(finding) for finding in self.findings]},
        )


def _plain(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "code": finding.code,
        "element": finding.element,
        "name": finding.element_name,
        "line": finding.line,
        "message": str(finding.message),
        "hint": str(finding.hint),
    }
