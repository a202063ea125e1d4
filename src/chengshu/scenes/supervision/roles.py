"""Which roles carry which powers of this scene.

Units see their cards and ratings, reply and appeal. Everything else is supervision's, and it is never theirs to rate.
"""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

for _role in ("unit_head", "section_head", "department_head", "handling_unit_officer"):
    grant(_role, "supervision.view", "supervision.reply_card", "supervision.appeal_card")
for _role in ("window_clerk", "reviewer"):
    grant(_role, "supervision.view")
grant(
    "supervisor",
    "supervision.view",
    "supervision.view_inspections",
    "supervision.raise_card",
    "supervision.settle_appeal",
    "supervision.accept_correction",
    "supervision.confirm_lead",
    "supervision.dismiss_lead",
    "supervision.issue_letter",
    "supervision.record_call_back",
    "supervision.reveal_evaluator",
    "supervision.plan_inspection",
    "supervision.draw_sample",
    "supervision.record_evidence",
    "supervision.finish_visit",
    "supervision.void_visit",
    "supervision.record_call",
    "supervision.code_visit",
    "supervision.add_finding",
    "supervision.release_inspection",
    "supervision.order_retest",
    "supervision.settle_finding",
    "supervision.publish_inspection",
    "services.view",
    "cases.claim_task",
    "cases.release_task",
    "cases.complete_task",
)
