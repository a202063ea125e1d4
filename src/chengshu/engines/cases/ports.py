"""What the engine asks of others without knowing them: the hub plugs in here at start.

An engine imports no other engine. Whoever knows both sides — the hub — registers a function.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

KnownForms = Callable[[], Collection[str]]
VariablesOfForm = Callable[[str], "frozenset[str] | None"]
Service = Callable[["ServiceCall"], "Mapping[str, Any] | None"]

_known_forms: list[KnownForms] = []
_variables_of_form: list[VariablesOfForm] = []
_services: dict[str, Service] = {}


class ServiceCall:
    """One call of an outside service.

    :ivar key: the same for every attempt of one job: hand it to the service, so that it does the work once
    :ivar payload: what the model's input mappings gave
    """

    def __init__(self, key: str, case_id: int, number: str, payload: Mapping[str, Any]) -> None:
        self.key, self.case_id, self.number, self.payload = key, case_id, number, payload


def register_known_forms(forms: KnownForms) -> None:
    """Say which forms exist; a model that names another one cannot be deployed."""
    _known_forms.append(forms)


def known_forms() -> frozenset[str] | None:
    """Keys of all forms; None when nobody knows any, and names are then taken on trust."""
    if not _known_forms:
        return None
    return frozenset(key for forms in _known_forms for key in forms())


def register_variables_of_form(named: VariablesOfForm) -> None:
    """Say which variables a form passes on; None for a form one does not know. Others are then refused beside it."""
    _variables_of_form.append(named)


def variables_of_form(key: str) -> frozenset[str] | None:
    """The names of the variables that a form may pass on to the process; None when nobody knows the form."""
    found = [names for named in _variables_of_form if (names := named(key)) is not None]
    return frozenset().union(*found) if found else None


def service(name: str) -> Callable[[Service], Service]:
    """Register what a service task of type ``name`` calls; it runs in the worker, outside any transaction.

    It is called at least once. What it returns becomes variables by the task's output mappings. A
    :class:`~chengshu.foundation.errors.ChengshuError` or any other exception is tried again with growing delays;
    raise :class:`ServiceError` for an answer that the model itself handles by an error event.
    """

    def register(function: Service) -> Service:
        _services[name] = function
        return function

    return register


def service_by_name(name: str) -> Service | None:
    return _services.get(name)


def registered_services() -> frozenset[str]:
    return frozenset(_services)


class ServiceError(Exception):
    """The service answered with a business error; the model's error event with this code takes over.

    :param code: the error code of the BPMN error event
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message
