"""Which roles carry which powers of this scene.

The officer runs contracts and reports; the desk of a supplier works on what is its own; staff report faults.
"""

from __future__ import annotations

from chengshu.foundation.orgs.roles import declare, grant

declare("operations_officer", "运维管理岗", "Operations officer")
declare("supplier_desk", "运维服务商岗", "Supplier's desk")

_WORK = (
    "operations.view",
    "operations.open_ticket",
    "operations.record_call",
    "operations.open_problem",
    "operations.link_problem",
    "operations.settle_problem",
    "operations.record_outage",
    "operations.end_outage",
    "operations.note_restored",
    "operations.record_load",
    "operations.hand_over",
    "operations.begin_round",
    "operations.record_check",
    "operations.finish_round",
    "operations.move_stock",
    "operations.take_snapshot",
    "cases.view",
    "cases.claim_task",
    "cases.release_task",
    "cases.complete_task",
)
grant("supplier_desk", *_WORK)
for _role in ("operations_officer", "section_head"):
    grant(
        _role,
        *_WORK,
        "operations.report_fault",
        "operations.register_contract",
        "operations.change_contract",
        "operations.close_contract",
        "operations.add_service",
        "operations.set_limit",
        "operations.add_penalty",
        "operations.record_survey",
        "operations.announce_change",
        "operations.withdraw_change",
        "operations.keep_resource",
        "operations.import_resources",
        "operations.plan_rounds",
        "operations.make_report",
        "operations.review_load",
        "operations.add_deliverable",
        "operations.name_acceptor",
        "operations.withdraw_deliverable",
        "operations.accept_delivery",
    )
for _role in ("department_head", "unit_head", "supervisor"):
    grant(_role, "operations.view")
for _role in ("department_head", "unit_head"):
    grant(_role, "operations.review_load", "operations.accept_delivery")
for _role in ("window_clerk", "reviewer", "unit_officer", "unit_head", "handling_unit_officer"):
    grant(_role, "operations.report_fault")
