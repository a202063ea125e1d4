"""The content of a version as people edit it: a goal and a grid of indicators, checked cell by cell.

A draft is values only. ``draft_of`` reads one out of a version, ``as_rows`` turns it into the rows that the linter
and the tables speak, ``with_suggestion`` puts one correction into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Conflict, InvalidInput, Place, Words
from chengshu.hub.promises.families import BY_CODE, family_code
from chengshu.hub.promises.models import Form, FormKind, FormVersion
from chengshu.hub.promises.tables.data import IndicatorRow
from chengshu.hub.promises.texts import typed

LONGEST_GOAL = 8000
LONGEST_NAME = 500
LONGEST_VALUE = 500
L1_NAMES = {"1": "产出指标", "2": "效益指标", "3": "满意度指标", "4": "成本指标"}


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One indicator of a draft.

    :param ref: its stable name; empty for an indicator that is new
    :param weight: points of the self-evaluation; None for an equal split
    """

    ref: str
    l1_code: str
    l1_name: str
    l2_code: str
    l2_name: str
    name: str
    period_raw: str
    annual_raw: str
    weight: Decimal | None = None

    @property
    def family(self) -> str:
        return family_code(self.l1_code, self.l2_code, self.l2_name)


@dataclass(frozen=True, slots=True)
class Draft:
    """A goal and the indicators under it, in printed order."""

    goal: str
    rows: tuple[DraftRow, ...]

    def row(self, ref: str) -> DraftRow | None:
        return next((row for row in self.rows if row.ref == ref), None)

    def changed(self, ref: str, **values: Any) -> Draft:
        """The same draft with some cells of one indicator changed."""
        return replace(self, rows=tuple(replace(r, **values) if r.ref == ref else r for r in self.rows))


FIELDS = ("l2_name", "name", "period_raw", "annual_raw", "weight")
"""What a comparison of two drafts looks at; the codes follow the names."""

FIELD_TITLES: dict[str, Words] = {
    "l2_name": _("Class"),
    "l2_code": _("Class code"),
    "name": _("Indicator"),
    "period_raw": _("Target of the whole period"),
    "annual_raw": _("Target of the year"),
    "weight": _("Weight"),
    "goal": _("Goal"),
    "new": _("Further indicator"),
}


def draft_of(version: FormVersion) -> Draft:
    """What a version says, ready for editing."""
    commitments = version.commitments.select_related("indicator").order_by("indicator__number")
    return Draft(
        version.goal,
        tuple(
            DraftRow(
                ref=c.indicator.ref,
                l1_code=c.l1_code,
                l1_name=c.l1_name,
                l2_code=c.l2_code,
                l2_name=c.l2_name,
                name=c.name,
                period_raw=c.period_raw,
                annual_raw=c.annual_raw,
                weight=c.weight,
            )
            for c in commitments
        ),
    )


def numbered(form: Form, draft: Draft, highest: int) -> Draft:
    """The draft with a name for each new indicator: the numbers after ``highest``, the form's highest ever used."""
    rows, number = [], highest
    for row in draft.rows:
        if not row.ref:
            number += 1
            row = replace(row, ref=ref_of(form, number))
        rows.append(row)
    return replace(draft, rows=tuple(rows))


def ref_of(form: Form, number: int) -> str:
    """``P36#4``, and ``D07`` in the department's own form."""
    return f"D{number:02d}" if form.kind == FormKind.DEPARTMENT else f"{form.ref}#{number}"


def number_in(ref: str) -> int:
    """The number within the form: 4 of ``P36#4``, 7 of ``D07``."""
    return int(ref.rpartition("#")[2].removeprefix("D"))


def as_rows(draft: Draft) -> tuple[IndicatorRow, ...]:
    """The draft's indicators as the tables print them; every indicator must have its name already."""
    return tuple(
        IndicatorRow(
            ref=row.ref,
            number=number_in(row.ref),
            l1_code=row.l1_code,
            l1_name=row.l1_name,
            l2_code=row.l2_code,
            l2_name=row.l2_name,
            name=row.name,
            period_raw=row.period_raw,
            annual_raw=row.annual_raw,
            raw=_printed(row),
            has_value_labels=True,
            place=Place(0),
        )
        for row in draft.rows
    )


def _printed(row: DraftRow) -> str:
    """The indicator as the cell of the project table would print it."""
    first = f"{row.l1_code}-{row.l1_name}" if row.l1_code else row.l1_name
    second = f"{row.l2_code}-{row.l2_name}" if row.l2_code else row.l2_name
    return f"{first}：{second}：{row.name}；实施周期指标值：{row.period_raw}；年度指标值：{row.annual_raw}"


def refiled(row: DraftRow, code: str, *, with_codes: bool) -> DraftRow:
    """The indicator under another class.

    :param code: a family's code, such as ``13``
    :param with_codes: whether this form prints codes (the project form does)
    :raises InvalidInput: if there is no such class
    """
    family = BY_CODE.get(code)
    if family is None:
        raise InvalidInput(
            _("There is no class %(code)s.") % {"code": code[:20]}, field="l2", code="draft.class"
        )
    return replace(
        row,
        l1_code=family.l1_code if with_codes else "",
        l1_name=L1_NAMES[family.l1_code],
        l2_code=family.code if with_codes else "",
        l2_name=family.names[0],
    )


def checked(draft: Draft) -> Draft:
    """The draft with its texts trimmed.

    :raises InvalidInput: at the first cell that cannot be kept; ``field`` is ``goal`` or ``rows.3.name``
    """
    rows = []
    for index, row in enumerate(draft.rows):
        at = f"rows.{index}"
        rows.append(
            replace(
                row,
                name=typed(row.name, field=f"{at}.name", longest=LONGEST_NAME, required=True),
                period_raw=typed(
                    row.period_raw, field=f"{at}.period_raw", longest=LONGEST_VALUE, required=True
                ),
                annual_raw=typed(
                    row.annual_raw, field=f"{at}.annual_raw", longest=LONGEST_VALUE, required=True
                ),
                weight=checked_weight(row.weight, field=f"{at}.weight"),
            )
        )
        if not row.family:
            raise InvalidInput(
                _("Choose the class of this indicator."), field=f"{at}.l2", code="draft.class_missing"
            )
    if not rows:
        raise InvalidInput(
            _("A form needs at least one indicator."),
            field="rows",
            code="draft.empty",
            hint=_("Keep one, or withdraw the adjustment."),
        )
    return Draft(typed(draft.goal, field="goal", longest=LONGEST_GOAL), tuple(rows))


def checked_weight(weight: Decimal | None, field: str) -> Decimal | None:
    """A weight in points between 0 and 100 with two decimals, or none."""
    if weight is None:
        return None
    if not weight.is_finite() or not 0 <= weight <= 100 or weight != round(weight, 2):
        raise InvalidInput(
            _("A weight is a number of points from 0 to 100 with at most two decimals."),
            field=field,
            code="draft.weight",
        )
    return weight


def weight_in(text: str, field: str) -> Decimal | None:
    """A typed weight; empty means an equal split.

    :raises InvalidInput: if it is no number
    """
    plain = text.strip()
    if not plain:
        return None
    try:
        return checked_weight(Decimal(plain), field)
    except InvalidOperation as error:
        raise InvalidInput(_("“%(text)s” is not a number.") % {"text": plain[:40]}, field=field) from error


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that differs between two drafts; None means the indicator did not exist on that side."""

    ref: str
    field: str
    before: str | None
    after: str | None

    @property
    def title(self) -> Words:
        return FIELD_TITLES.get(self.field, self.field)


def differences(before: Draft, after: Draft) -> tuple[CellChange, ...]:
    """Every cell that differs, in printed order, the goal first."""
    found = [CellChange("", "goal", before.goal, after.goal)] if before.goal != after.goal else []
    for row in after.rows:
        old = before.row(row.ref)
        if old is None:
            found.append(CellChange(row.ref, "name", None, f"{row.name}：{row.annual_raw}"))
        else:
            found += _row_differences(old, row)
    for old in before.rows:
        if after.row(old.ref) is None:
            found.append(CellChange(old.ref, "name", f"{old.name}：{old.annual_raw}", None))
    return tuple(found)


def _row_differences(old: DraftRow, new: DraftRow) -> list[CellChange]:
    return [
        CellChange(new.ref, name, _cell(old, name), _cell(new, name))
        for name in (*FIELDS, "l2_code")
        if getattr(old, name) != getattr(new, name)
    ]


def _cell(row: DraftRow, name: str) -> str:
    value = getattr(row, name)
    return "" if value is None else str(value)


def with_suggestion(
    form: Form, draft: Draft, ref: str, suggestion: dict[str, str], text: str | None = None
) -> Draft:
    """The draft with one of the linter's corrections in it.

    :param ref: the indicator that the finding is about
    :param text: what the person wrote in its place; needed where the correction has a ``?`` for a figure
    :raises InvalidInput: if the figure is missing, or the correction is of the printed file only
    :raises Conflict: if the cell no longer says what the correction is about
    """
    after = _figure(suggestion["after"], text)
    name = suggestion["field"]
    if name == "goal":
        return replace(draft, goal=after)
    if name == "new":
        return replace(draft, rows=(*draft.rows, _further(draft, ref, after)))
    row = draft.row(ref)
    if name not in (*FIELDS, "l2_code") or row is None:
        raise InvalidInput(
            _("This correction is about the printed file, not about the form."),
            code="suggestion.file",
            hint=_("Correct the file and import it, or dismiss the finding with a reason."),
        )
    if _cell(row, name) != suggestion["before"]:
        raise Conflict(
            _("“%(name)s” was changed meanwhile; the correction no longer fits.") % {"name": row.name},
            code="suggestion.outdated",
            hint=_("Open the form and look at its present findings."),
        )
    return draft.changed(ref, **_cells(form, row, name, after))


def _figure(after: str, text: str | None) -> str:
    given = typed(text, field="text", longest=LONGEST_VALUE) if text is not None else ""
    if "?" not in after and not given:
        return after
    if not given or "?" in given or "？" in given:
        raise InvalidInput(
            _("Fill in the figure in place of the question mark."),
            field="text",
            code="suggestion.figure",
            hint=_("Only you know it; the platform never makes up a figure."),
        )
    return given


def _cells(form: Form, row: DraftRow, name: str, after: str) -> dict[str, Any]:
    """The cells that one correction changes: a class moves with its codes, one printed value counts for both."""
    if name == "l2_name":
        moved = refiled(row, family_code("", "", after), with_codes=form.kind == FormKind.PROJECT)
        return {part: getattr(moved, part) for part in ("l1_code", "l1_name", "l2_code")} | {"l2_name": after}
    if name == "l2_code":
        return {"l2_code": after, "l1_code": after[:1], "l1_name": L1_NAMES.get(after[:1], row.l1_name)}
    if name == "annual_raw" and row.period_raw == row.annual_raw:
        return {"annual_raw": after, "period_raw": after}
    return {name: after}


def _further(draft: Draft, ref: str, after: str) -> DraftRow:
    """A new indicator beside the one the finding is about: ``案件办结率：≥99%``."""
    name, _colon, value = after.rpartition("：")
    like = draft.row(ref)
    if not name or not value or like is None:
        raise InvalidInput(
            _("Write the name of the indicator, a full-width colon, and its value."),
            field="text",
            code="suggestion.new",
        )
    return replace(like, ref="", name=name, period_raw=value, annual_raw=value, weight=None)


def same(left: Draft, right: Draft) -> bool:
    """Whether two drafts say the same."""
    return left == right


def automatic(suggestions: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Those that may be accepted in bulk: width, case, spaces, a bare 100 %."""
    return [s for s in suggestions if s["kind"] == "auto" and s["field"] in FIELDS and "?" not in s["after"]]
