"""Which roles carry which powers over clocks."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

HANDLING = (
    "cases.pause_clock",
    "cases.resume_clock",
    "cases.give_supplement_notice",
    "cases.record_supplement",
    "cases.record_licence_expiry",
    "cases.reply_supervision",
)
APPROVING = ("cases.extend_clock",)
"""An extension is approved by the head of the agency (行政许可法 Art. 42)."""

for _role in ("window_clerk", "reviewer", "section_head", "handling_unit_officer", "unit_officer"):
    grant(_role, *HANDLING)
for _role in ("unit_head", "department_head"):
    grant(_role, *HANDLING, *APPROVING)
