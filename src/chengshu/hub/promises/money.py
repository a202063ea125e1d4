"""The money of a form at a day, in 万元: of a project as recorded, of the department as the sum of its projects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chengshu.hub.promises.models import Form, Payment

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Money:
    """Initial and adjusted annual budget and what was paid since January; ``paid`` is None while unreported."""

    initial: Decimal
    adjusted: Decimal
    paid: Decimal | None
    as_of: date | None = None


def money_at(form: Form, day: date) -> Money:
    """The latest figures by that day.

    A department's sum needs a figure of each of its projects: of a part of them it would be too small.
    """
    if form.project is None:
        return _of_department(form, day)
    payment = form.project.payments.filter(as_of__lte=day).order_by("as_of").last()
    if payment is None:
        return Money(form.project.amount, form.project.amount, None)
    return Money(form.project.amount, payment.adjusted_budget, payment.paid, payment.as_of)


def _of_department(form: Form, day: date) -> Money:
    projects = list(form.budget_year.projects.all())
    latest: dict[int, Payment] = {}
    for payment in Payment.objects.filter(project__in=projects, as_of__lte=day).order_by("as_of"):
        latest[payment.project_id] = payment
    initial = sum((project.amount for project in projects), ZERO)
    adjusted = sum((latest[p.pk].adjusted_budget if p.pk in latest else p.amount for p in projects), ZERO)
    if not projects or len(latest) < len(projects):
        return Money(initial, adjusted, None)
    paid = sum((payment.paid for payment in latest.values()), ZERO)
    return Money(initial, adjusted, paid, min(payment.as_of for payment in latest.values()))
