"""Every write of people: thing models, devices, credentials, onboarding, commands and twins, the quarantine."""

from chengshu.engines.streams.actions.alarm_rules import (
    call_off_maintenance,
    define_rule,
    plan_maintenance,
    resume_rule,
    retire_rule,
    revise_rule,
)
from chengshu.engines.streams.actions.alarms import acknowledge_alarm, clear_alarm, suppress_alarm
from chengshu.engines.streams.actions.backfill import backfill_readings
from chengshu.engines.streams.actions.commands import cancel_command, send_command, set_desired
from chengshu.engines.streams.actions.credentials import (
    Issued,
    end_credential,
    issue_address,
    issue_certificate,
    issue_credential,
    revoke_credential,
)
from chengshu.engines.streams.actions.devices import (
    change_device,
    create_group,
    group_devices,
    move_device,
    register_device,
    rename_group,
    set_device_state,
    set_parent,
    ungroup_devices,
)
from chengshu.engines.streams.actions.onboarding import onboard_devices
from chengshu.engines.streams.actions.quarantine import Retried, retry_quarantined, settle_quarantined
from chengshu.engines.streams.actions.thing_models import (
    create_thing_model,
    publish_model_version,
    save_model_version,
)

__all__ = [
    "Issued",
    "Retried",
    "acknowledge_alarm",
    "backfill_readings",
    "call_off_maintenance",
    "cancel_command",
    "change_device",
    "clear_alarm",
    "create_group",
    "create_thing_model",
    "define_rule",
    "end_credential",
    "group_devices",
    "issue_address",
    "issue_certificate",
    "issue_credential",
    "move_device",
    "onboard_devices",
    "plan_maintenance",
    "publish_model_version",
    "register_device",
    "rename_group",
    "resume_rule",
    "retire_rule",
    "retry_quarantined",
    "revise_rule",
    "revoke_credential",
    "save_model_version",
    "send_command",
    "set_desired",
    "set_device_state",
    "set_parent",
    "settle_quarantined",
    "suppress_alarm",
    "ungroup_devices",
]
