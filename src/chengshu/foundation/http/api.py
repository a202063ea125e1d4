"""The HTTP API: one document, one error shape, mounted from every app's ``endpoints.py``."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import module_has_submodule
from ninja import NinjaAPI
from ninja.errors import ValidationError

from chengshu import __version__
from chengshu.foundation.errors import ChengshuError, InvalidInput
from chengshu.foundation.http.problem import answer
from chengshu.foundation.manifest import modules


def build() -> NinjaAPI:
    """The API with a router of every app that has ``endpoints.py``."""
    built = NinjaAPI(
        title="Chengshu API",
        version=__version__,
        description="Every write is an action with its permission; errors are problem+json with stable codes.",
        urls_namespace="api",
        docs_url=None,
        openapi_url=None,
        openapi_extra={
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
            "security": [{"token": []}],
        },
    )
    built.add_decorator(_door_first, mode="view")
    built.add_exception_handler(ChengshuError, _ours)
    built.add_exception_handler(ValidationError, _schema)
    for module in modules():
        if module_has_submodule(module.module, "endpoints"):
            endpoints = import_module(f"{module.name}.endpoints")
            prefix = getattr(endpoints, "prefix", f"/{module.label.replace('_', '-')}")
            built.add_router(prefix, endpoints.router, tags=[module.label])
    return built


def _door_first(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Have an endpoint's door asked before what was sent is read: a stranger learns nothing of its form."""
    if hasattr(run, "asks_first"):  # a router mounted inside another is given its decorators twice
        return run
    endpoint = cast(Any, inspect.unwrap(run)).__self__.view_func

    @functools.wraps(run)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            endpoint.knock()
        except ChengshuError as closed:
            return answer(request, closed)
        return run(request, *args, **kwargs)

    asked.asks_first = True  # type: ignore[attr-defined]
    return asked


def _ours(request: HttpRequest, error: ChengshuError | type[ChengshuError]) -> HttpResponse:
    assert isinstance(error, ChengshuError)
    return answer(request, error)


def _schema(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    """The first thing wrong with what was sent, all of it in ``data``."""
    assert isinstance(error, ValidationError)
    wrong = [{"field": ".".join(str(p) for p in e["loc"][1:]), "reason": e["msg"]} for e in error.errors]
    first = wrong[0]
    return answer(
        request,
        InvalidInput(
            f"{first['field']}: {first['reason']}",
            field=first["field"],
            code="schema",
            data={"errors": wrong},
        ),
    )


api = build()
