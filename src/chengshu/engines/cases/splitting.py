"""Splitting a case: the new one gets its number, its readers and its rows beside the old one's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chengshu.engines.cases import store
from chengshu.engines.cases.ids import ids
from chengshu.engines.cases.interpreter import approval
from chengshu.engines.cases.models import DefinitionVersion
from chengshu.engines.cases.numbers import next_number


def split(
    work: store.Work, task_id: int, *, title: str, reason: str, variables: Mapping[str, Any] | None
) -> int:
    """Split the case in hand; both are written. Returns the new case's id."""
    case_id = next(ids)
    twin = approval.split_case(
        work.run,
        task_id,
        case_id=case_id,
        by=work.doer.account_id,
        reason=reason,
        title=title.strip()[:300],
        variables=variables,
    )
    facts = DefinitionVersion.objects.values_list("facts", flat=True).get(pk=work.columns["version_id"])
    columns = {
        **work.columns,
        "number": next_number(facts.get("number_prefix", "")),
        "opened_at": work.run.now,
        "origin_case_id": work.case_id,
    }
    store.write_new(store.adopted(twin, columns), work.doer)
    return case_id
