"""Who writes the catalogue and who publishes: never the same person for the same edition."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

READERS = (
    "department_performance_officer",
    "section_head",
    "reviewer",
    "unit_head",
    "department_head",
    "handling_unit_officer",
    "supervisor",
)
EDITORS = ("department_performance_officer", "section_head", "handling_unit_officer")
PUBLISHERS = ("unit_head", "department_head")

for _key in READERS:
    grant(_key, "matters.view")
for _key in EDITORS:
    grant(
        _key,
        "matters.draft_matter",
        "matters.revise_matter",
        "matters.save_elements",
        "matters.submit_edition",
        "matters.discard_edition",
        "matters.import_catalogue",
        "matters.propose_adjustment",
        "matters.record_power",
        "matters.record_delegated_power",
        "matters.renew_agreement",
        "matters.record_use",
        "matters.record_legal_text",
        "matters.make_list",
    )
for _key in PUBLISHERS:
    grant(
        _key,
        "matters.return_edition",
        "matters.publish_edition",
        "matters.cancel_matter",
        "matters.decide_finding",
        "matters.cancel_power",
        "matters.assess_power",
        "matters.return_power",
        "matters.suspend_expired",
        "matters.repeal_legal_text",
        "matters.make_list",
        "services.publish_matter",
        "services.withdraw_matter",
    )
