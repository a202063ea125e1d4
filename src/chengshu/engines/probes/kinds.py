"""What kinds of checks there are, what each must be told, and what is wrong with what it was told. Asks nobody.

The same list makes the forms, the API's answers and the errors, which name the field.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words

Type = Literal["text", "long", "lines", "whole", "flag", "choice", "host", "url", "steps"]
OWN: Final = "own:"
"""What an address of the platform itself begins with: ``own:/healthz`` is asked wherever the portal listens."""
LONGEST: Final = 2_000
MOST_STEPS: Final = 12


class CheckKind(models.TextChoices):
    HTTP = "http", _("Website or interface (HTTP)")
    LOGIN = "login", _("Sign in as a user would")
    TCP = "tcp", _("Port (TCP)")
    ICMP = "icmp", _("Echo (ping)")
    TLS = "tls", _("Certificate (TLS)")
    DNS = "dns", _("Name (DNS)")
    MQTT = "mqtt", _("Message broker (MQTT)")
    POSTGRES = "postgres", _("Database (PostgreSQL)")


@dataclass(frozen=True)
class Parameter:
    """One thing that a check must or may be told."""

    name: str
    title: Words
    type: Type = "text"
    default: Any = ""
    required: bool = False
    hint: Words = ""
    least: int = 0
    most: int = 65_535
    choices: tuple[tuple[str, Words], ...] = ()


_HOST = Parameter(
    "host", _("Host"), "host", required=True, hint=_("A name or an IP address, without a port.")
)
_SECRET = Parameter("secret", _("Name of the secret"), hint=_("As it is kept under “Secrets of checks”."))
_VERIFY = Parameter("verify", _("Certificate must be trusted"), "flag", default=True)


def _port(default: int | str) -> Parameter:
    return Parameter("port", _("Port"), "whole", default=default, required=True, least=1)


PARAMETERS: Final[Mapping[str, tuple[Parameter, ...]]] = {
    CheckKind.HTTP: (
        Parameter(
            "url",
            _("Address"),
            "url",
            required=True,
            hint=_("Such as https://www.example.gov.cn/; own:/ is this platform."),
        ),
        Parameter(
            "method",
            _("Method"),
            "choice",
            "GET",
            choices=(("GET", "GET"), ("HEAD", "HEAD"), ("POST", "POST")),
        ),
        Parameter("status", _("Expected status"), default="200-299", hint=_("Such as 200 or 200-299,401.")),
        Parameter("contains", _("The answer must contain"), most=500),
        Parameter("contains_not", _("The answer must not contain"), most=500),
        Parameter(
            "most_ms",
            _("Longest answer time (ms)"),
            "whole",
            default=None,
            least=1,
            most=300_000,
            hint=_("Empty: only the time-out limits it."),
        ),
        Parameter("redirects", _("Redirects followed"), "whole", 0, most=5),
        _VERIFY,
    ),
    CheckKind.LOGIN: (
        Parameter(
            "steps",
            _("Steps"),
            "steps",
            required=True,
            hint=_("A JSON list; each step has url, and may have fields, status, contains and redirects."),
        ),
        _VERIFY,
    ),
    CheckKind.TCP: (_HOST, _port("")),
    CheckKind.ICMP: (_HOST,),
    CheckKind.TLS: (
        _HOST,
        _port(443),
        Parameter("server_name", _("Name on the certificate"), hint=_("Empty: the host.")),
        Parameter("days_left", _("Days left at least"), "whole", 30, least=0, most=3650),
        _VERIFY,
    ),
    CheckKind.DNS: (
        Parameter("name", _("Name asked for"), "host", required=True),
        Parameter(
            "record",
            _("Record"),
            "choice",
            "A",
            choices=tuple((one, one) for one in ("A", "AAAA", "CNAME", "MX", "NS", "TXT")),
        ),
        Parameter("server", _("Name server"), "host", hint=_("Empty: that of this machine.")),
        _port(53),
        Parameter("expected", _("Expected answers"), "lines", hint=_("One a line; empty: any answer.")),
    ),
    CheckKind.MQTT: (
        _HOST,
        _port(1883),
        Parameter("tls", _("Encrypted"), "flag", default=False),
        Parameter("topic", _("Topic to subscribe to"), default="$SYS/#"),
        Parameter("username", _("User name")),
        _SECRET,
        _VERIFY,
    ),
    CheckKind.POSTGRES: (
        Parameter("host", _("Host"), "host", hint=_("Empty: the platform’s own database.")),
        Parameter("port", _("Port"), "whole", 5432, least=1),
        Parameter("database", _("Database")),
        Parameter("username", _("User name")),
        _SECRET,
    ),
}
STEP_KEYS: Final = frozenset({"url", "fields", "status", "contains", "contains_not", "redirects"})
_NAME = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})?)*\.?"
)


def read_parameters(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a check is told, complete and in order.

    :param given: by name, as a form or a program says it
    :raises InvalidInput: naming the kind, or the parameter that is wrong
    """
    if kind not in CheckKind.values:
        raise InvalidInput(_("Choose one of the list."), field="kind", code="probes.kind")
    known = {one.name for one in PARAMETERS[kind]}
    if unknown := sorted(set(given) - known):
        raise InvalidInput(
            _("This kind of check knows no “%(name)s”.") % {"name": unknown[0][:60]},
            field=unknown[0][:60],
            code="probes.parameter",
        )
    read = {one.name: _read(one, given.get(one.name, one.default)) for one in PARAMETERS[kind]}
    _refuse_contradictions(kind, read)
    return read


def _read(parameter: Parameter, value: Any) -> Any:
    if parameter.type == "flag":
        return value if isinstance(value, bool) else str(value).lower() in ("1", "true", "on", "yes")
    if parameter.type == "whole":
        return _whole(parameter, value)
    if parameter.type == "steps":
        return _steps(parameter, value)
    if parameter.type == "lines":
        return _lines(parameter, value)
    text = _text(parameter, value)
    if parameter.type == "choice" and text not in {key for key, _title in parameter.choices}:
        raise _wrong(parameter, _("Choose one of the list."))
    if parameter.type == "host" and text:
        return read_host(text, parameter.name)
    if parameter.type == "url" and text:
        return read_url(text, parameter.name)
    return text


def _wrong(parameter: Parameter, words: Words, hint: Words = "") -> InvalidInput:
    return InvalidInput(words, field=parameter.name, code="probes.parameter", hint=hint or parameter.hint)


def _text(parameter: Parameter, value: Any) -> str:
    text = "" if value is None else str(value).replace("\x00", "").strip()
    if parameter.required and not text:
        raise _wrong(parameter, _("This is needed."))
    if len(text) > min(parameter.most, LONGEST):
        raise _wrong(parameter, _("This is too long."))
    return text.encode(errors="replace").decode()


def _whole(parameter: Parameter, value: Any) -> int | None:
    text = "" if value is None else str(value).strip()
    if not text:
        if parameter.required:
            raise _wrong(parameter, _("This is needed."))
        default: int | None = parameter.default
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise _wrong(parameter, _("Enter a whole number."))
    if not parameter.least <= int(text) <= parameter.most:
        limits = {"least": parameter.least, "most": parameter.most}
        raise _wrong(parameter, _("Enter a number from %(least)s to %(most)s.") % limits)
    return int(text)


def _lines(parameter: Parameter, value: Any) -> list[str]:
    parts = value if isinstance(value, list | tuple) else str(value or "").splitlines()
    lines = [line for part in parts if (line := _text(parameter, part))]
    if len(lines) > 50:
        raise _wrong(parameter, _("This is too long."))
    return lines


def read_host(text: str, field: str) -> str:
    """A name or an IP address.

    :raises InvalidInput: naming the field
    """
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        pass
    if not _NAME.fullmatch(text) or re.fullmatch(r"[0-9.]+", text):
        raise InvalidInput(
            _("This is neither a host name nor an IP address."),
            field=field,
            code="probes.host",
            hint=_("Such as www.example.gov.cn or 10.1.2.3; the port has a field of its own."),
        )
    return text.rstrip(".").lower()


def read_url(text: str, field: str) -> str:
    """An address of the web, or of the platform itself.

    :raises InvalidInput: naming the field
    """
    if text.startswith(OWN):
        if re.fullmatch(r"own:/[!-~]*", text):
            return text
        parts = None
    else:
        try:
            parts = urlsplit(text)
            _port_given = parts.port
        except ValueError:
            parts = None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise InvalidInput(
            _("This is no address of the web."),
            field=field,
            code="probes.url",
            hint=_("Such as https://www.example.gov.cn/; without a user name or password."),
        )
    read_host(parts.hostname, field)
    return text


def _steps(parameter: Parameter, value: Any) -> list[dict[str, Any]]:
    try:
        steps = json.loads(value) if isinstance(value, str) else value
    except ValueError as error:
        raise _wrong(parameter, _("This is no JSON.")) from error
    if not isinstance(steps, list) or not 1 <= len(steps) <= MOST_STEPS:
        raise _wrong(parameter, _("Give 1 to %(most)s steps.") % {"most": MOST_STEPS})
    return [_step(parameter, number, step) for number, step in enumerate(steps, 1)]


def _step(parameter: Parameter, number: int, step: Any) -> dict[str, Any]:
    if not isinstance(step, dict) or not step.get("url") or (set(step) - STEP_KEYS):
        raise _wrong(
            parameter,
            _("Step %(number)s: it has url, and may have %(known)s.")
            % {"number": number, "known": ", ".join(sorted(STEP_KEYS - {"url"}))},
        )
    fields = step.get("fields", {})
    if not isinstance(fields, dict) or not all(_is_value(value) for value in fields.values()):
        raise _wrong(
            parameter,
            _("Step %(number)s: a field is a text, a secret or from the page.") % {"number": number},
            _(
                'Such as {"name": "probe", "password": {"secret": "portal"}, "token": {"from_page": "token"}}.'
            ),
        )
    status = str(step.get("status", "200-399"))
    read_statuses(status, parameter.name)
    redirects = step.get("redirects", 3)
    if not isinstance(redirects, int) or isinstance(redirects, bool) or not 0 <= redirects <= 5:
        raise _wrong(parameter, _("Enter a number from %(least)s to %(most)s.") % {"least": 0, "most": 5})
    return {
        "url": read_url(str(step["url"]), parameter.name),
        "fields": fields,
        "status": status,
        "contains": str(step.get("contains", ""))[:500],
        "contains_not": str(step.get("contains_not", ""))[:500],
        "redirects": redirects,
    }


def _is_value(value: Any) -> bool:
    if isinstance(value, dict):
        return len(value) == 1 and all(
            key in ("secret", "from_page") and isinstance(name, str) for key, name in value.items()
        )
    return isinstance(value, str) and len(value) <= 500


def read_statuses(text: str, field: str) -> tuple[tuple[int, int], ...]:
    """``200-299,401`` as ranges.

    :raises InvalidInput: naming the field
    """
    ranges = []
    for part in text.replace("，", ",").split(","):
        found = re.fullmatch(r"([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?", part.strip())
        if not found or int(found[1]) > int(found[2] or found[1]):
            raise InvalidInput(
                _("This is no status of HTTP."),
                field=field,
                code="probes.status",
                hint=_("Such as 200 or 200-299,401."),
            )
        ranges.append((int(found[1]), int(found[2] or found[1])))
    return tuple(ranges)


def secrets_named(kind: str, parameters: Mapping[str, Any]) -> set[str]:
    """The names of the secrets that a check uses."""
    if kind == CheckKind.LOGIN:
        values = [value for step in parameters["steps"] for value in step["fields"].values()]
        return {value["secret"] for value in values if isinstance(value, dict) and "secret" in value}
    return {parameters["secret"]} if parameters.get("secret") else set()


def _refuse_contradictions(kind: str, read: Mapping[str, Any]) -> None:
    if kind == CheckKind.HTTP:
        read_statuses(read["status"], "status")
        if read["method"] == "HEAD" and (read["contains"] or read["contains_not"]):
            raise InvalidInput(
                _("An answer to HEAD has no content."),
                field="method",
                code="probes.parameter",
                hint=_("Ask with GET, or leave the content out."),
            )
    if kind == CheckKind.MQTT and not read["topic"]:
        raise InvalidInput(_("This is needed."), field="topic", code="probes.parameter")
    if kind == CheckKind.POSTGRES and read["host"]:
        for name in ("database", "username"):
            if not read[name]:
                raise InvalidInput(_("This is needed."), field=name, code="probes.parameter")
