"""Built-in functions on contexts."""

from __future__ import annotations

from typing import Any

from chengshu.engines.cases.feel.builtins.registry import built_in
from chengshu.engines.cases.feel.limits import Run
from chengshu.engines.cases.feel.values import kind, lift


@built_in("get value", "m: context, key: string")
@built_in("get value", "context: context, key: string")
@built_in("get value", "context: context, keys: list")
def get_value(run: Run, context: Any, key: Any) -> Any:
    """The entry of a name, or of a path of names; null if there is none."""
    for name in key if isinstance(key, list) else [key]:
        if kind(context) != "context" or name not in context:
            return run.null("unknown_member", name=name)
        context = lift(context[name])
    return context


@built_in("get entries", "m: context")
@built_in("get entries", "context: context")
def get_entries(run: Run, context: Any) -> list[Any]:
    run.tick(len(context))
    return [{"key": key, "value": lift(value)} for key, value in context.items()]


@built_in("context", "entries: list")
def context_of(run: Run, entries: list[Any]) -> Any:
    """The context of entries such as ``{key: "a", value: 1}``; null if one is malformed or a key occurs twice."""
    built: dict[str, Any] = {}
    for entry in entries:
        run.tick()
        if kind(entry) != "context" or "value" not in entry or not isinstance(entry.get("key"), str):
            return run.null("argument_type", name="context", kind=kind(entry), parameter="entries")
        if entry["key"] in built:
            return run.null("duplicate_key", name=entry["key"])
        built[entry["key"]] = entry["value"]
    return built


@built_in("context put", "context: context, key: string, value: any")
def context_put(_run: Run, context: Any, key: str, value: Any) -> Any:
    return {**context, key: value}


@built_in("context put", "context: context, keys: list, value: any")
def context_put_deep(run: Run, context: Any, keys: list[Any], value: Any) -> Any:
    """The context with the entry at the end of a path of names put or replaced; null if the path leads nowhere."""
    if not keys or not isinstance(keys[0], str):
        return run.null("argument_type", name="context put", kind="list", parameter="keys")
    if len(keys) == 1:
        return {**context, keys[0]: value}
    inner = context.get(keys[0])
    if kind(inner) != "context":
        return run.null("argument_type", name="context put", kind=kind(inner), parameter="keys")
    deeper = context_put_deep(run, inner, keys[1:], value)
    return None if deeper is None else {**context, keys[0]: deeper}


@built_in("context merge", "contexts: list")
def context_merge(run: Run, contexts: list[Any]) -> Any:
    merged: dict[str, Any] = {}
    for context in contexts:
        if kind(context) != "context":
            return run.null("argument_type", name="context merge", kind=kind(context), parameter="contexts")
        run.tick(len(context))
        merged.update(context)
    return merged
