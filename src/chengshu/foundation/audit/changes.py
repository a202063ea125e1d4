"""What an action changed, collected without its help: a writer cannot forget what it need not remember.

Models that inherit :class:`Recorded` remember what was loaded and report every save and delete to the running
action. Bulk writes bypass saving, so they report themselves through :func:`record_many`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.signals import post_delete, post_save

from chengshu.foundation.audit.canonical import canonical, plain, reference, sm3

_collected: ContextVar[list[dict[str, Any]] | None] = ContextVar("changes", default=None)

LONGEST = 400
"""Characters of a value kept in the chain; of longer ones the digest is kept beside the beginning."""


class Recorded(models.Model):
    """A model whose every change inside an action is recorded, field by field."""

    secret_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any]) -> Self:
        instance = super().from_db(db, field_names, values)
        instance.__dict__["_loaded"] = dict(zip(field_names, values, strict=False))
        return instance


@contextmanager
def collecting() -> Iterator[list[dict[str, Any]]]:
    """Collect the changes of one action; a nested action collects its own."""
    collected: list[dict[str, Any]] = []
    token = _collected.set(collected)
    try:
        yield collected
    finally:
        _collected.reset(token)


def record(verb: str, thing: str, **facts: Any) -> None:
    """Add one change by hand: for what is not a row, such as a file or a signed export."""
    collected = _collected.get()
    if collected is not None:
        collected.append({"verb": verb, "object": thing, **facts})


def record_many(verb: str, things: Sequence[models.Model]) -> None:
    """Add a bulk write: how many rows, and one digest over all of them in the order given."""
    if not things:
        return
    rows = [
        {field.attname: getattr(thing, field.attname) for field in thing._meta.concrete_fields}
        for thing in things
    ]
    record(verb, things[0]._meta.label_lower, count=len(things), sm3=sm3(canonical(rows)))


def _saved(sender: type[models.Model], instance: models.Model, created: bool, **_: Any) -> None:
    if not isinstance(instance, Recorded) or _collected.get() is None:
        return
    now = _values(instance)
    before = instance.__dict__.get("_loaded", {})
    if created:
        fields = {
            name: [None, _shown(instance, name, value)]
            for name, value in now.items()
            if value not in (None, "")
        }
        record("create", reference(instance), fields=fields)
    else:
        fields = {
            name: [_shown(instance, name, before.get(name)), _shown(instance, name, value)]
            for name, value in now.items()
            if before.get(name) != value
        }
        if fields:
            record("change", reference(instance), fields=fields)
    instance.__dict__["_loaded"] = now


def _deleted(sender: type[models.Model], instance: models.Model, **_: Any) -> None:
    if isinstance(instance, Recorded) and _collected.get() is not None:
        record("delete", reference(instance), sm3=sm3(canonical(_values(instance))))


def _values(instance: models.Model) -> dict[str, Any]:
    loaded = instance.__dict__
    return {
        field.attname: loaded[field.attname]
        for field in instance._meta.concrete_fields
        if field.attname in loaded
    }


def _shown(instance: Recorded, name: str, value: Any) -> Any:
    if name in type(instance).secret_fields:
        return "•••" if value else value
    return brief(value)


def brief(value: Any) -> Any:
    """A value short enough for the chain; a long one is cut and carries its digest."""
    if isinstance(value, str) and len(value) > LONGEST:
        return {"begins": value[:LONGEST], "sm3": sm3(value.encode(errors="surrogatepass"))}
    if isinstance(value, dict | list | tuple):
        whole = canonical(value)
        return (
            value
            if len(whole) <= LONGEST
            else {"begins": whole[:LONGEST].decode(errors="ignore"), "sm3": sm3(whole)}
        )
    return value if value is None or isinstance(value, str | int | bool) else plain(value)


def briefs(values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name: brief(value) for name, value in values}


post_save.connect(_saved, dispatch_uid="audit.changes")
post_delete.connect(_deleted, dispatch_uid="audit.changes")
