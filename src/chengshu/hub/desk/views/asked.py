"""Questions of the editor: JSON in, JSON out."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.data import Finding
from chengshu.foundation.errors import InvalidInput


def question(request: HttpRequest) -> dict[str, Any]:
    """
    :raises InvalidInput: if the body is not a JSON object
    """
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise InvalidInput(
            _("The question cannot be read."),
            field="body",
            hint=_("Send one JSON object, as the editor does."),
        )
    return body


def text_in(body: dict[str, Any], name: str) -> str:
    """
    :raises InvalidInput: if there is no text of this name
    """
    value = body.get(name)
    if not isinstance(value, str) or "\0" in value:
        raise InvalidInput(
            _("“%(name)s” is missing or is not text.") % {"name": name},
            field=name,
            hint=_("Send it as text."),
        )
    return value


def record_in(body: dict[str, Any], name: str) -> dict[str, Any]:
    """
    :raises InvalidInput: if what stands there is not an object
    """
    value = body.get(name, {})
    if not isinstance(value, dict):
        raise InvalidInput(
            _("“%(name)s” is not a record of values.") % {"name": name},
            field=name,
            hint=_("Write names and values in braces."),
        )
    return value


def answer(body: object) -> JsonResponse:
    return JsonResponse(body, safe=False, json_dumps_params={"ensure_ascii": False, "default": str})


def plain(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "code": finding.code,
        "element": finding.element,
        "name": finding.element_name,
        "message": str(finding.message),
        "hint": str(finding.hint),
        "line": finding.line,
    }
