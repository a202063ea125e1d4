"""The committed description of the API is the API's."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chengshu.foundation.http.api import api
from chengshu.foundation.http.openapi import document, text_of

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "reference" / "openapi.json"
REGENERATE = "./chengshu http openapi"


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document(api)["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_committed_document_is_what_the_code_says() -> None:
    committed = COMMITTED.read_text(encoding="utf-8").splitlines() if COMMITTED.is_file() else []
    difference = "\n".join(
        difflib.unified_diff(committed, text_of(api).splitlines(), "committed", "code", lineterm="", n=2)
    )
    assert not difference, f"Regenerate it with `{REGENERATE}` and commit it:\n{difference[:4000]}"


def test_it_is_openapi_3_1() -> None:
    assert document(api)["openapi"].startswith("3.1.")


def test_every_operation_has_a_name_of_its_own_and_a_summary() -> None:
    names = [operation["operationId"] for _path, _method, operation in operations()]
    assert len(names) == len(set(names))
    automatic = [name for name in names if name.startswith("chengshu_")]
    assert automatic == [], "give these endpoints an operation_id"
    assert [path for path, _method, operation in operations() if not operation.get("summary")] == []


def test_every_operation_documents_how_it_fails() -> None:
    silent = [
        f"{method.upper()} {path}"
        for path, method, operation in operations()
        if not any(int(status) >= 400 for status in operation["responses"])
    ]
    assert silent == [], "add **failures(401, …) to the response of these endpoints"


def test_every_create_takes_an_idempotency_key() -> None:
    without = [
        f"{method.upper()} {path}"
        for path, method, operation in operations()
        if method == "post"
        and not any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", []))
    ]
    assert without == [], "put @idempotent under the router's decorator of these endpoints"
