"""Number and code: who has both learns where it stands; who guesses is refused, noted and slowed down."""

from __future__ import annotations

import pytest

from chengshu.foundation.asking import NOBODY, asking
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Missing, TooMany
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api
from chengshu.hub.services.actions.progress import MOST_PER_NUMBER
from chengshu.hub.services.data import Filed
from chengshu.hub.services.models import Application, LookUpAttempt
from chengshu.hub.services.tests.building import PERSON, apply, put_in_force


def filed_by(cast: Cast) -> Filed:
    put_in_force()
    return apply(cast["resident"])


def guess(number: str, code: str = "AAAAAAAA") -> None:
    with asking(NOBODY):
        api.look_up_progress(number=number, access_code=code)


def test_a_guessed_code_is_refused_and_noted(cast: Cast) -> None:
    filed = filed_by(cast)
    with pytest.raises(Missing):
        guess(filed.number)
    assert LookUpAttempt.objects.count() == 1
    entry = AuditEntry.objects.filter(action="services.look_up_progress", outcome="failed").get()
    assert "AAAAAAAA" not in str(entry.details)


def test_an_unknown_number_is_refused_in_the_same_words(cast: Cast) -> None:
    filed = filed_by(cast)
    with pytest.raises(Missing) as wrong_code:
        guess(filed.number)
    with pytest.raises(Missing) as wrong_number:
        guess("NS20200101-0000001", filed.access_code)
    assert str(wrong_code.value) == str(wrong_number.value)


def test_guessing_on_is_stopped_even_with_the_right_code(cast: Cast) -> None:
    filed = filed_by(cast)
    for _each in range(MOST_PER_NUMBER):
        with pytest.raises(Missing):
            guess(filed.number)
    with pytest.raises(TooMany):
        guess(filed.number, filed.access_code)


def test_number_and_code_tell_where_it_stands_and_nothing_personal(cast: Cast) -> None:
    filed = filed_by(cast)
    with asking(NOBODY):
        view = api.look_up_progress(
            number=filed.number.lower(),
            access_code=f" {filed.access_code[:4].lower()}-{filed.access_code[4:]} ",
        )
    assert (view.number, view.status, len(view.progress)) == (filed.number, "1", 1)
    assert PERSON.name not in str(view)


def test_the_code_itself_is_nowhere_in_the_database(cast: Cast) -> None:
    filed = filed_by(cast)
    row = Application.objects.get(pk=filed.application_id)
    assert filed.access_code not in str(vars(row))
    assert PERSON.identity not in str(vars(row))
