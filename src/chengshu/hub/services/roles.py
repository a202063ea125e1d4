"""Who sees applications and does what with them, by role. The window receives and hands over; it decides nothing."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

for _key in (
    "window_clerk",
    "reviewer",
    "section_head",
    "department_head",
    "handling_unit_officer",
    "supervisor",
):
    grant(_key, "services.view")

grant(
    "window_clerk",
    "services.file_at_window",
    "services.file_bundle",
    "services.receive_materials",
    "services.supplement_at_window",
    "services.deliver",
    "services.hand_over",
    "services.receive_hand_over",
    "services.reveal_applicant",
)
for _key in ("reviewer", "section_head", "department_head"):
    grant(
        _key,
        "services.issue_paper",
        "services.print_paper",
        "services.receive_hand_over",
        "services.hand_over",
        "services.deliver",
        "services.reveal_applicant",
    )
for _key in ("section_head", "department_head"):
    grant(
        _key,
        "services.publish_matter",
        "services.publish_bundle",
        "services.withdraw_matter",
        "services.revoke_paper",
    )
