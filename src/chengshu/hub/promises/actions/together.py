"""One step for many forms: each on its own, done whole or not at all, and every obstacle told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import ChengshuError, InvalidInput, Words
from chengshu.hub.promises.actions.closing import (
    archive_form,
    open_self_evaluation,
    start_department_evaluation,
)
from chengshu.hub.promises.actions.lifecycle import start_department_review, start_monitoring, submit_form
from chengshu.hub.promises.actions.publishing import publish_form
from chengshu.hub.promises.models import Form


@dataclass(frozen=True)
class Outcome:
    """What became of one form of a bulk step: nothing to say, or what stood in the way."""

    ref: str
    title: str
    error: ChengshuError | None = None

    @property
    def is_done(self) -> bool:
        return self.error is None

    @property
    def message(self) -> Words:
        return self.error.message if self.error else ""

    @property
    def hint(self) -> Words:
        return self.error.hint if self.error else ""


BULK_STEPS: dict[str, Callable[..., object]] = {
    "submit_form": submit_form,
    "start_department_review": start_department_review,
    "publish_form": publish_form,
    "start_monitoring": start_monitoring,
    "open_self_evaluation": open_self_evaluation,
    "start_department_evaluation": start_department_evaluation,
    "archive_form": archive_form,
}
"""Steps that need nothing but a yes, so that they can be taken for many forms at once."""


def take_many(name: str, forms: Sequence[Form]) -> list[Outcome]:
    """Take one step for many forms, each on its own: done whole or not at all, with what stood in the way.

    :raises InvalidInput: if the step needs more than a yes
    """
    if name not in BULK_STEPS:
        raise InvalidInput(
            _("This step is taken form by form."),
            field="step",
            code="bulk.step",
            hint=_("Open the form."),
            data={"possible": list(BULK_STEPS)},
        )
    return [_outcome(BULK_STEPS[name], form) for form in forms]


def _outcome(step: Callable[..., object], form: Form) -> Outcome:
    try:
        step(form=form)
    except ChengshuError as error:
        return Outcome(form.ref, form.title, error)
    return Outcome(form.ref, form.title)
