"""Which roles carry which powers over cases. What a person may do with a task of theirs still depends on the task."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

WORKING = (
    "cases.view",
    "cases.open_case",
    "cases.open_cases",
    "cases.claim_task",
    "cases.release_task",
    "cases.complete_task",
    "cases.transfer_task",
    "cases.delegate_task",
    "cases.resolve_delegation",
    "cases.add_signer",
    "cases.remove_signer",
    "cases.return_case",
    "cases.withdraw_task",
    "cases.withdraw_case",
    "cases.urge_task",
    "cases.circulate_case",
    "cases.acknowledge_circulation",
    "cases.attach_file",
    "cases.remove_attachment",
)
LEADING = (
    "cases.jump_case",
    "cases.suspend_case",
    "cases.resume_case",
    "cases.merge_cases",
    "cases.split_case",
    "cases.void_case",
    "cases.view_operations",
)
DESIGNING = ("cases.save_draft", "cases.submit_version")
DEPLOYING = (
    "cases.reject_version",
    "cases.deploy_version",
    "cases.retire_version",
    "cases.migrate_cases",
    "cases.retry_job",
    "cases.retry_step",
    "cases.send_message",
)
STAFF = (
    "window_clerk",
    "reviewer",
    "section_head",
    "hotline_operator",
    "handling_unit_officer",
    "unit_officer",
    "unit_head",
    "department_performance_officer",
    "department_head",
    "finance_reviewer",
)

for _role in STAFF:
    grant(_role, *WORKING)
for _role in ("section_head", "unit_head", "department_head"):
    grant(_role, *LEADING, *DEPLOYING)
for _role in ("section_head", "reviewer", "department_performance_officer"):
    grant(_role, *DESIGNING)
grant("supervisor", "cases.view", "cases.view_operations", "cases.urge_task")
grant("integrator", "cases.view", "cases.view_operations", "cases.retry_job", *DESIGNING)

import chengshu.engines.cases.clocks.powers  # noqa: E402, F401
