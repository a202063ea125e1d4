"""Which roles carry which powers over promises."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

grant("unit_officer", "promises.view", "files.view", "files.store_file")
grant("unit_head", "promises.view", "files.view", "files.store_file")
grant(
    "department_performance_officer",
    "promises.view",
    "promises.import_tables",
    "files.view",
    "files.store_file",
)
grant("department_head", "promises.view", "files.view")
grant("finance_reviewer", "promises.view", "files.view")
grant("supervisor", "promises.view", "files.view")
