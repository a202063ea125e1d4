"""Every write of this scene."""

from chengshu.scenes.operations.actions.contracts import (
    add_penalty,
    add_service,
    change_contract,
    close_contract,
    record_survey,
    register_contract,
    set_limit,
    ship_contracts,
)
from chengshu.scenes.operations.actions.reports import make_report
from chengshu.scenes.operations.actions.resources import (
    import_resources,
    keep_resource,
    move_stock,
    take_snapshot,
)
from chengshu.scenes.operations.actions.rounds import (
    begin_round,
    finish_round,
    open_rounds,
    plan_rounds,
    record_check,
)
from chengshu.scenes.operations.actions.tickets import (
    announce_change,
    end_outage,
    escalate_ticket,
    link_problem,
    note_ticket,
    open_problem,
    open_ticket,
    record_call,
    record_outage,
    report_fault,
    settle_problem,
    withdraw_change,
)

__all__ = [
    "add_penalty",
    "add_service",
    "announce_change",
    "begin_round",
    "change_contract",
    "close_contract",
    "end_outage",
    "escalate_ticket",
    "finish_round",
    "import_resources",
    "keep_resource",
    "link_problem",
    "make_report",
    "move_stock",
    "note_ticket",
    "open_problem",
    "open_rounds",
    "open_ticket",
    "plan_rounds",
    "record_call",
    "record_check",
    "record_outage",
    "record_survey",
    "register_contract",
    "report_fault",
    "set_limit",
    "settle_problem",
    "ship_contracts",
    "take_snapshot",
    "withdraw_change",
]
