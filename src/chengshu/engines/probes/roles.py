"""Which roles carry which powers over probes."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

for _key in (
    "handling_unit_officer",
    "reviewer",
    "section_head",
    "department_head",
    "supervisor",
    "integrator",
    "operations_officer",
):
    grant(_key, "probes.view")
for _key in ("section_head", "integrator", "operations_officer"):
    grant(
        _key,
        "probes.add_target",
        "probes.change_target",
        "probes.retire_target",
        "probes.define_check",
        "probes.revise_check",
        "probes.retire_check",
        "probes.want_check",
        "probes.keep_secret",
    )
for _key in ("section_head", "operations_officer"):
    grant(_key, "probes.announce_maintenance", "probes.withdraw_maintenance")
grant("handling_unit_officer", "probes.want_check")
