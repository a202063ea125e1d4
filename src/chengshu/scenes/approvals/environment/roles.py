"""Which roles carry which powers of this part.

The window takes in what was deferred; it decides nothing. Pledges, licences and conditions are written by the platform
as the processes say, so no role carries those actions.
"""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

for _role in ("window_clerk", "reviewer", "section_head", "department_head", "supervisor"):
    grant(_role, "approvals.view")
for _role in ("reviewer", "section_head"):
    grant(_role, "approvals.settle_deferral")
grant("section_head", "approvals.withdraw_credit_note")
