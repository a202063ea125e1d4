"""Which roles carry which powers over promises."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

grant("unit_officer", "promises.view", "files.view", "files.store_file")
grant("unit_head", "promises.view", "files.view", "files.store_file")
grant(
    "department_performance_officer",
    "promises.view",
    "promises.import_tables",
    "files.view",
    "files.store_file",
)
grant("department_head", "promises.view", "files.view")
grant("finance_reviewer", "promises.view", "files.view")
grant("supervisor", "promises.view", "files.view")

_BIND = ("promises.bind_indicator", "promises.bind_attestation", "promises.unbind")
_ATTEST = ("promises.attest", "promises.withdraw_attestation")
_DECIDE = ("promises.approve_attestation", "promises.refuse_attestation")
_FILL_IN = (
    "promises.record_payment",
    "promises.open_monitoring",
    "promises.save_monitoring",
    "promises.start_self_evaluation",
    "promises.save_evaluation_draft",
)
_HAND_IN = ("promises.submit_monitoring", "promises.submit_self_evaluation")
grant("unit_officer", *_ATTEST, *_FILL_IN)
grant("unit_head", *_BIND, *_ATTEST, *_DECIDE, *_FILL_IN, *_HAND_IN)
grant(
    "department_performance_officer",
    *_BIND,
    *_ATTEST,
    *_DECIDE,
    *_FILL_IN,
    *_HAND_IN,
    "promises.import_payments",
    "promises.open_monitorings",
    "promises.refresh_standings",
    "promises.bind_declared",
    "promises.take_computed_values",
    "promises.return_self_evaluation",
    "promises.apply_result",
)
grant("finance_reviewer", "promises.return_self_evaluation", "promises.apply_result")

_EDIT = ("promises.edit_form", "promises.revise_form", "promises.open_self_evaluation")
_CORRECT = ("promises.accept_suggestion", "promises.accept_safe_suggestions")
_JUDGE_FINDINGS = ("promises.dismiss_finding", "promises.reopen_finding")
grant("unit_officer", *_EDIT, *_CORRECT, "promises.record_rectification")
grant(
    "unit_head",
    *_EDIT,
    *_CORRECT,
    *_JUDGE_FINDINGS,
    "promises.record_rectification",
    "promises.submit_form",
    "promises.open_adjustment",
    "promises.withdraw_adjustment",
    "promises.submit_self_evaluation_form",
)
_RETURN = ("promises.return_form", "promises.reject_adjustment", "promises.return_self_evaluation_form")
_EVALUATE = ("promises.evaluate_form", "promises.apply_form_result")
grant(
    "department_performance_officer",
    *_RETURN,
    *_EVALUATE,
    *_JUDGE_FINDINGS,
    "promises.start_department_review",
    "promises.pass_to_finance",
    "promises.publish_form",
    "promises.publish_result",
    "promises.withdraw_publication",
    "promises.start_monitoring",
    "promises.start_department_evaluation",
    "promises.archive_form",
)
grant(
    "finance_reviewer",
    *_RETURN,
    *_EVALUATE,
    "promises.approve_form",
    "promises.sample_form",
    "promises.record_budget_dates",
    "promises.recheck_form",
)
