"""Who writes links, who reviews them, who looks after them: as with processes, nobody does both with one version."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

DESIGNING = ("links.view", "links.save_draft", "links.note_test", "links.submit_version")
REVIEWING = (
    "links.view",
    "links.put_in_force",
    "links.reject_version",
    "links.suspend_link",
    "links.resume_link",
    "links.retire_link",
    "links.rerun_match",
    "links.release_key",
)

for _role in ("section_head", "reviewer", "department_performance_officer", "integrator"):
    grant(_role, *DESIGNING)
for _role in ("section_head", "unit_head", "department_head"):
    grant(_role, *REVIEWING)
grant("supervisor", "links.view")
grant("system_administrator", "links.view", "links.suspend_link", "links.rerun_match")
