"""What people type, as every action of this scene takes it, and refusals that several actions share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput, Missing, Words
from chengshu.foundation.orgs.models import Unit, UnitKind


def given(value: str, field: str, hint: Words, *, most: int) -> str:
    """The text without surrounding blanks.

    :raises InvalidInput: if it is empty or too long
    """
    text = value.strip().replace("\x00", "")
    if not text:
        raise InvalidInput(_("This must not be empty."), field=field, code="operations.empty", hint=hint)
    if len(text) > most:
        raise InvalidInput(
            _("This is longer than %(most)s characters.") % {"most": most},
            field=field,
            code="operations.too_long",
            hint=_("Shorten it."),
        )
    return text


def optional(value: str, field: str, *, most: int) -> str:
    """The same, which may be empty."""
    return given(value, field, "", most=most) if value.strip().replace("\x00", "") else ""


def one_of(value: str, known: list[str], field: str) -> str:
    """
    :raises InvalidInput: if it is none of the known values
    """
    if value not in known:
        raise InvalidInput(_("Choose one of the list."), field=field, code="operations.choice")
    return value


def in_order(first: date | None, last: date | None, field: str) -> None:
    """
    :raises InvalidInput: if the last day is before the first
    """
    if first and last and last < first:
        raise InvalidInput(_("The end is before the beginning."), field=field, code="operations.order")


def degrees(text: str, field: str, most: int) -> Decimal | None:
    """A coordinate in degrees with six decimals; None for an empty text.

    :raises InvalidInput: if it is none
    """
    if not text.strip():
        return None
    try:
        value = Decimal(text.strip())
        if value.is_finite() and abs(value) <= most:
            return value.quantize(Decimal("0.000001"))
    except InvalidOperation:
        pass
    raise InvalidInput(
        _("Enter degrees, such as 22.801234."), field=field, code="operations.degrees", hint=""
    )


def supplier_of(unit: Unit | None) -> Unit | None:
    """
    :raises InvalidInput: ``supplier`` if the unit is no supplier
    """
    if unit is not None and unit.kind != UnitKind.SUPPLIER:
        raise InvalidInput(
            _("This unit is not a supplier."),
            field="supplier",
            code="operations.supplier",
            hint=_("The security administrator enters suppliers as units of that kind."),
        )
    return unit


def whose(thing: object, permission: str) -> int:
    """Where a power is needed that both sides may hold: at the supplier where the asker holds it, else at the unit."""
    supplier = getattr(thing, "supplier_id", None)
    if supplier is not None and current_asker().holds_at(permission, int(supplier)):
        return int(supplier)
    return int(thing.unit_id)  # type: ignore[attr-defined]


def no_such() -> Missing:
    return Missing(
        _("There is no such thing, or you may not see it."),
        code="operations.missing",
        hint=_("Go back to the list."),
    )
