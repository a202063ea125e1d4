"""Which roles carry which powers of this scene.

Duty staff take events down and work on them; who leads the desk also decides: closes, withdraws, approves, issues.
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
    "command.handle_event",
    "command.note_event",
    "command.resolve_event",
    "command.link_event",
    "command.merge_events",
    "command.split_event",
    "command.dismiss_merge",
)
_LEAD = (
    "command.close_event",
    "command.withdraw_event",
)
grant("duty_officer", *_WORK, "notices.view", "notices.read_notice")
for _role in ("duty_leader", "section_head"):
    grant(_role, *_WORK, *_LEAD)
grant("duty_leader", "notices.view", "notices.read_notice")
for _role in ("department_head", "supervisor"):
    grant(_role, "command.view")
