"""Which roles carry which powers of this scene.

Duty staff take events down and work on them; who leads the desk also decides: closes, withdraws, approves, issues.
The units that are told something receive, answer and complete it, and see nothing else.
"""

from __future__ import annotations

from chengshu.foundation.orgs.roles import declare, grant

declare("duty_officer", "值班调度岗", "Duty officer")
declare("duty_leader", "带班领导岗", "Head of duty")

_WORK = (
    "command.view",
    "command.report_event",
    "command.verify_event",
    "command.grade_event",
    "command.begin_handling",
    "command.note_event",
    "command.resolve_event",
    "command.link_event",
    "command.merge_events",
    "command.split_event",
    "command.dismiss_merge",
    "command.draft_plan",
    "command.draft_version",
    "command.change_version",
    "command.put_step",
    "command.strike_step",
    "command.submit_plan",
    "command.start_plan",
    "command.finish_step",
    "command.skip_step",
    "command.add_lesson",
    "command.make_run_report",
    "command.arrive",
    "command.ask_exchange",
    "command.agree_exchange",
    "command.write_log",
    "command.hand_over",
    "command.accept_hand_over",
    "command.view_instructions",
    "command.issue_instruction",
    "command.remind_instruction",
    "command.judge_instruction",
    "command.redraft_report",
    "command.confirm_report",
)
_LEAD = (
    "command.close_event",
    "command.withdraw_event",
    "command.approve_plan",
    "command.return_plan",
    "command.end_run",
    "command.abort_run",
    "command.decide_lesson",
    "command.set_duty_post",
    "command.set_duty_shift",
    "command.close_duty",
    "command.make_roster",
    "command.name_duty",
    "command.decide_exchange",
    "command.withdraw_instruction",
    "command.set_report_template",
    "command.close_report_template",
    "command.issue_report",
)
_TOLD = (
    "command.view_instructions",
    "command.receive_instruction",
    "command.answer_instruction",
    "command.complete_instruction",
)
grant("duty_officer", *_WORK, "notices.view", "notices.read_notice")
for _role in ("duty_leader", "section_head"):
    grant(_role, *_WORK, *_LEAD)
grant("duty_leader", "notices.view", "notices.read_notice")
for _role in ("department_head", "supervisor"):
    grant(_role, "command.view")
for _role in ("unit_head", "handling_unit_officer", "duty_officer", "duty_leader", "section_head"):
    grant(_role, *_TOLD)
