"""Which roles carry which powers over devices."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

for _key in (
    "handling_unit_officer",
    "reviewer",
    "section_head",
    "department_head",
    "supervisor",
    "integrator",
):
    grant(_key, "streams.view")
for _key in ("integrator", "section_head"):
    grant(
        _key,
        "streams.create_thing_model",
        "streams.save_model_version",
        "streams.register_device",
        "streams.onboard_devices",
        "streams.change_device",
        "streams.set_parent",
        "streams.set_device_state",
        "streams.create_group",
        "streams.group_devices",
        "streams.rename_group",
        "streams.ungroup_devices",
        "streams.issue_credential",
        "streams.issue_certificate",
        "streams.issue_address",
        "streams.end_credential",
        "streams.revoke_credential",
        "streams.settle_quarantined",
        "streams.retry_quarantined",
        "streams.backfill_readings",
    )
for _key in ("handling_unit_officer", "section_head"):
    grant(_key, "streams.send_command", "streams.cancel_command", "streams.set_desired")
grant("handling_unit_officer", "streams.set_device_state")
grant("section_head", "streams.publish_model_version", "streams.move_device")
for _key in ("handling_unit_officer", "section_head"):
    grant(
        _key,
        "streams.acknowledge_alarm",
        "streams.clear_alarm",
        "streams.suppress_alarm",
        "streams.plan_maintenance",
        "streams.call_off_maintenance",
    )
grant(
    "section_head", "streams.define_rule", "streams.revise_rule", "streams.retire_rule", "streams.resume_rule"
)
