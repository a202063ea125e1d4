"""The API's document: what every endpoint says about its failures, and the committed copy that tests compare with."""

from __future__ import annotations

import json
from typing import Any

from ninja import NinjaAPI, Schema

VERSION = "3.1.0"


class PlaceOut(Schema):
    """Where in a file something stands; 1-based, 0 and empty when not applicable."""

    line: int
    column: int = 0
    label: str = ""
    sheet: str = ""


class Problem(Schema):
    """An error after RFC 9457, with a stable ``code`` and the next step as ``detail``."""

    type: str
    title: str
    status: int
    code: str
    instance: str = ""
    trace: str = ""
    detail: str = ""
    field: str = ""
    data: dict[str, Any] = {}
    place: PlaceOut | None = None


def failures(*statuses: int) -> dict[int, type[Problem]]:
    """The failures that an endpoint documents: ``response={200: Out, **failures(401, 404)}``."""
    return dict.fromkeys(statuses, Problem)


def document(api: NinjaAPI) -> dict[str, Any]:
    """The whole document, as it is committed: OpenAPI 3.1, failures named as problem+json."""
    schema: dict[str, Any] = json.loads(
        json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str)
    )
    schema["openapi"] = VERSION
    for path in schema["paths"].values():
        for operation in path.values():
            _name_problems(operation)
    return schema


def text_of(api: NinjaAPI) -> str:
    """The document as text, keys in order, so that a difference shows what changed."""
    return json.dumps(document(api), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _name_problems(operation: dict[str, Any]) -> None:
    for status, response in operation.get("responses", {}).items():
        content = response.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            response["content"] = {"application/problem+json": content["application/json"]}
