"""The write path's promises: permission, guard, audit and rollback, seen from the database."""

from __future__ import annotations

import pytest
from django.db import Error, transaction

from chengshu.foundation.asking import Asker, asking
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import InvalidInput, NotSignedIn, Refused
from chengshu.foundation.identity.actions import open_account
from chengshu.foundation.identity.models import Account

NOBODY_SPECIAL = Asker(account_id=1, name="somebody")


def test_the_database_refuses_a_write_outside_an_action(db: None) -> None:
    with pytest.raises(Error, match="row-level security"), transaction.atomic():
        Account(username="smuggled", title="x", password="x").save()


def test_an_account_without_the_power_is_refused_and_the_refusal_is_audited(db: None) -> None:
    with pytest.raises(Refused), asking(NOBODY_SPECIAL):
        open_account(username="a", title="a", password="b")
    entry = AuditEntry.objects.get(action="identity.open_account")
    assert (entry.outcome, entry.actor) == ("refused", "somebody")
    assert not Account.objects.filter(username="a").exists()


def test_the_anonymous_public_is_asked_to_sign_in(db: None) -> None:
    with pytest.raises(NotSignedIn), asking(Asker(account_id=None, name="anonymous")):
        open_account(username="a", title="a", password="b")


def test_an_action_is_audited_with_what_it_changed_and_no_secret(db: None) -> None:
    open_account(username="officer", title="经办岗", password="Secret-123456")
    entry = AuditEntry.objects.get(action="identity.open_account")
    assert entry.outcome == "done"
    assert entry.thing.startswith("identity.account:")
    assert entry.details["changes"][0]["fields"]["username"] == [None, "officer"]
    assert entry.details["changes"][0]["fields"]["password"][1] == "•••"
    assert "Secret-123456" not in str(entry.details)


def test_a_failed_action_leaves_nothing_but_its_audit_row(db: None) -> None:
    open_account(username="officer", title="a", password="b")
    with pytest.raises(InvalidInput) as caught:
        open_account(username="officer", title="b", password="b")
    assert caught.value.field == "username"
    assert Account.objects.filter(username="officer").count() == 1


def test_actions_refuse_positional_arguments() -> None:
    with pytest.raises(TypeError):
        open_account("a")  # type: ignore[misc]
