"""Every write of this engine."""

from chengshu.engines.registers.actions.forms import (
    create_form,
    load_declared_forms,
    publish_form_version,
    retire_form,
    return_form_version,
    save_form_version,
    send_form_version,
)
from chengshu.engines.registers.actions.records import (
    end_record,
    record_entity,
    reveal_fact,
    settle_correction,
)
from chengshu.engines.registers.actions.submissions import (
    discard_draft,
    reveal_value,
    save_draft,
    submit_form,
    withdraw_submission,
)

__all__ = [
    "create_form",
    "discard_draft",
    "end_record",
    "load_declared_forms",
    "publish_form_version",
    "record_entity",
    "retire_form",
    "return_form_version",
    "reveal_fact",
    "reveal_value",
    "save_draft",
    "save_form_version",
    "send_form_version",
    "settle_correction",
    "submit_form",
    "withdraw_submission",
]
