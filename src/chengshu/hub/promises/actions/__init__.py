"""Every write on promises, one module per kind of work."""

from chengshu.hub.promises.actions import (
    adjusting,
    bindings,
    closing,
    computed,
    evaluating,
    evidence,
    findings,
    importing,
    lifecycle,
    monitoring,
    payments,
    publishing,
    standing,
    together,
    versions,
)

__all__ = [
    "adjusting",
    "bindings",
    "closing",
    "computed",
    "evaluating",
    "evidence",
    "findings",
    "importing",
    "lifecycle",
    "monitoring",
    "payments",
    "publishing",
    "standing",
    "together",
    "versions",
]
