"""Every write of the case engine."""

from chengshu.engines.cases.actions.attachments import attach_file, remove_attachment
from chengshu.engines.cases.actions.cases import (
    circulate_case,
    jump_case,
    merge_cases,
    open_case,
    open_cases,
    resume_case,
    split_case,
    suspend_case,
    void_case,
    withdraw_case,
)
from chengshu.engines.cases.actions.definitions import (
    deploy_version,
    migrate_cases,
    reject_version,
    retire_version,
    save_draft,
    submit_version,
)
from chengshu.engines.cases.actions.shipping import ship_model
from chengshu.engines.cases.actions.tasks import (
    acknowledge_circulation,
    add_signer,
    claim_task,
    complete_task,
    delegate_task,
    release_task,
    remove_signer,
    resolve_delegation,
    return_case,
    transfer_task,
    urge_task,
    withdraw_task,
)
from chengshu.engines.cases.actions.working import (
    deliver_message,
    deliver_signal,
    retry_job,
    retry_step,
    send_message,
)

__all__ = [
    "acknowledge_circulation",
    "add_signer",
    "attach_file",
    "circulate_case",
    "claim_task",
    "complete_task",
    "delegate_task",
    "deliver_message",
    "deliver_signal",
    "deploy_version",
    "jump_case",
    "merge_cases",
    "migrate_cases",
    "open_case",
    "open_cases",
    "reject_version",
    "release_task",
    "remove_attachment",
    "remove_signer",
    "resolve_delegation",
    "resume_case",
    "retire_version",
    "retry_job",
    "retry_step",
    "return_case",
    "save_draft",
    "send_message",
    "ship_model",
    "split_case",
    "submit_version",
    "suspend_case",
    "transfer_task",
    "urge_task",
    "void_case",
    "withdraw_case",
    "withdraw_task",
]

import chengshu.engines.cases.clocks.actions  # noqa: F401
