"""The official performance forms as spreadsheets, documents and PDFs: data in, bytes out, no database.

The words printed on the forms are fixed by the finance ministry's templates, so they are data of the layout
and are not translated.
"""

from .data import (
    EvaluatedIndicator,
    Finding,
    Form,
    FundExecution,
    FundMonitoring,
    LintReport,
    MonitoredIndicator,
    MonitoringForm,
    SelfEvaluationForm,
    TargetsForm,
)
from .render import Format, render, render_together

__all__ = [
    "EvaluatedIndicator",
    "Finding",
    "Form",
    "Format",
    "FundExecution",
    "FundMonitoring",
    "LintReport",
    "MonitoredIndicator",
    "MonitoringForm",
    "SelfEvaluationForm",
    "TargetsForm",
    "render",
    "render_together",
]
