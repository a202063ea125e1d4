"""Which roles carry which powers over projects, visits, experts and notices."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

VIEW = "approvals.view_projects"
PROJECTS = (
    "approvals.register_project",
    "approvals.set_item_needed",
    "approvals.link_project_case",
    "approvals.refresh_project_item",
    "approvals.add_project_material",
)
VISITS = (
    "approvals.record_busy_time",
    "approvals.call_visit",
    "approvals.hold_visit",
    "approvals.cancel_visit",
    "approvals.raise_defect",
    "approvals.report_rectified",
    "approvals.recheck_defect",
)
EXPERTS = (
    "approvals.open_review",
    "approvals.draw_experts",
    "approvals.excuse_expert",
    "approvals.enter_expert_opinion",
    "approvals.conclude_review",
)
PANEL = (
    "approvals.register_expert",
    "approvals.suspend_expert",
    "approvals.reinstate_expert",
    "approvals.reveal_expert",
    "approvals.declare_conflict",
)
NOTICES = (
    "approvals.draft_notice",
    "approvals.change_notice",
    "approvals.record_posting",
    "approvals.keep_look",
)
DECIDING = (
    "approvals.post_notice",
    "approvals.correct_notice",
    "approvals.withdraw_notice",
    "approvals.close_notice",
    "approvals.answer_objection",
    "approvals.settle_project",
)

grant("reviewer", VIEW, *PROJECTS, *VISITS, *EXPERTS, *NOTICES, "approvals.post_notice")
grant("section_head", VIEW, *PROJECTS, *VISITS, *EXPERTS, *PANEL, *NOTICES, *DECIDING)
grant("department_head", VIEW)
grant(
    "handling_unit_officer",
    VIEW,
    "approvals.record_busy_time",
    "approvals.raise_defect",
    "approvals.recheck_defect",
)
grant("supervisor", VIEW)
