"""Numbers of applications and papers, the access codes that applicants keep, and the codes printed on papers."""

from __future__ import annotations

import hmac
import secrets
from datetime import date
from typing import Final

from django.db import connection

from chengshu.foundation.identity.sealing import keyed_digest

PREFIX: Final = "NS"
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without characters that are mistaken for others; 32, so that five bits choose one evenly."""
CODE_LENGTH: Final = 8
PAPER_CODE_LENGTH: Final = 16


def next_application() -> int:
    """The id of the next application, taken beforehand; it leaves gaps and makes nobody wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('services_application', 'id'))")
        return int(cursor.fetchone()[0])


def application_number(application_id: int, day: date) -> str:
    """Such as ``NS20261122-0000042``."""
    return f"{PREFIX}{day:%Y%m%d}-{application_id:07d}"


def access_code(number: str, request_key: str) -> str:
    """The code that belongs to a number: derived with the platform's key, so that a second click gives the same."""
    raw = bytes.fromhex(keyed_digest(f"services.code:{number}:{request_key}"))
    return "".join(_ALPHABET[byte & 31] for byte in raw[:CODE_LENGTH])


def access_digest(number: str, code: str) -> str:
    return keyed_digest(f"services.access:{number}:{normal_code(code)}")


def is_access_code(digest: str, number: str, code: str) -> bool:
    return hmac.compare_digest(digest, access_digest(number, code))


def normal_code(code: str) -> str:
    """As typed by people: blanks and hyphens left out, in capitals."""
    return "".join(each for each in code.upper() if each.isalnum())[:32]


def new_paper_code() -> str:
    """What anybody types to have a paper verified: 80 bits of chance, which cannot be guessed."""
    return "".join(secrets.choice(_ALPHABET) for _each in range(PAPER_CODE_LENGTH))


def shown_paper_code(code: str) -> str:
    """In groups of four, as it is printed."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


_NEXT = """
    INSERT INTO services_servicecounter (prefix, value) VALUES (%s, 1)
    ON CONFLICT (prefix) DO UPDATE SET value = services_servicecounter.value + 1 RETURNING value
"""


def next_paper_number(word: str, year: int) -> str:
    """文号 without a gap: ``南沙政务受字〔2026〕12号``.

    :param word: 机关代字 and the word of the kind
    """
    started = f"{word}〔{year}〕"
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [started[:60]])
        return f"{started}{cursor.fetchone()[0]}号"
