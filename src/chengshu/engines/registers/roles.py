"""Which roles carry which powers of forms and registers."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

HANDLING = ("window_clerk", "reviewer", "section_head", "handling_unit_officer")
"""Those who work with what was handed in."""

for _key in (*HANDLING, "unit_officer", "unit_head", "department_head"):
    grant(_key, "registers.view")
grant("window_clerk", "registers.view_records")
for _key in HANDLING:
    grant(_key, "registers.withdraw_submission", "registers.reveal_value")
for _key in ("reviewer", "section_head"):
    grant(
        _key,
        "registers.view_records",
        "registers.record_entity",
        "registers.end_record",
        "registers.settle_correction",
        "registers.reveal_fact",
    )
grant(
    "reviewer",
    "registers.create_form",
    "registers.save_form_version",
    "registers.send_form_version",
)
grant(
    "section_head",
    "registers.create_form",
    "registers.save_form_version",
    "registers.send_form_version",
    "registers.return_form_version",
    "registers.publish_form_version",
    "registers.retire_form",
)
