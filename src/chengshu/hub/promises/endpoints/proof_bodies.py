"""What is sent to the API of proof. Numbers are text, so that no decimal is lost."""

from __future__ import annotations

from datetime import date

from ninja import Schema


class BindingIn(Schema):
    """``post`` binds to a post, ``source_name`` to an indicator of the platform."""

    post: int | None = None
    source_name: str = ""
    source_version: str = "1"
    parameters: dict[str, str] = {}
    way: dict[str, str] = {}
    reason: str = ""


class ReasonIn(Schema):
    reason: str = ""


class AttestationIn(Schema):
    """``file`` is the number of a stored file of the promise's unit."""

    as_of: date
    value: str
    statement: str
    file: int | None = None


class PaymentIn(Schema):
    """Amounts in 10,000 yuan, as text."""

    as_of: date
    adjusted_budget: str
    paid: str
    source: str
    reason: str = ""


class CheckpointIn(Schema):
    as_of: date


class LineIn(Schema):
    actual: str = ""
    likelihood: str = ""
    reason_code: str = ""
    reason: str = ""
    remark: str = ""


class MonitoringIn(Schema):
    lines: dict[str, LineIn] = {}
    paid: str = ""
    forecast_paid: str = ""
    explanation: str = ""


class EvaluationLineIn(Schema):
    actual: str = ""
    points: str = ""
    weight: str = ""
    reason_code: str = ""
    reason: str = ""
    measure: str = ""
    due: str = ""


class EvaluationIn(Schema):
    adjusted: str = ""
    paid: str = ""
    satisfaction: str = "proportion"
    achieved_goal: str = ""
    lines: dict[str, EvaluationLineIn] = {}
