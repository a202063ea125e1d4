"""Hypothesis strategies: any valid packet of either version."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from chengshu.engines.streams import wire
from chengshu.engines.streams.wire import properties, reasons

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0+#"), min_size=1, max_size=12)
filters = st.sampled_from(["down/commands", "a/+/b", "#", "+", "+/#", "$share/g/a/#", "一/二"])
binaries = st.binary(max_size=20)
packet_ids = st.integers(1, 65_535)

_VALUES: dict[properties.Kind, st.SearchStrategy[Any]] = {
    properties.FLAG: st.integers(0, 1),
    properties.TWO: st.integers(0, 2**16 - 1),
    properties.TWO_POSITIVE: st.integers(1, 2**16 - 1),
    properties.FOUR: st.integers(0, 2**32 - 1),
    properties.FOUR_POSITIVE: st.integers(1, 2**32 - 1),
    properties.VARIABLE_POSITIVE: st.integers(1, 268_435_455),
    properties.TEXT: texts,
    properties.TOPIC: names,
    properties.BINARY: binaries,
    properties.PAIR: st.tuples(texts, texts),
}


@st.composite
def property_lists(draw: st.DrawFn, where: str) -> wire.Properties:
    allowed = sorted(each for each, (_kind, places) in properties.TABLE.items() if where in places)
    chosen = draw(st.lists(st.sampled_from(allowed), max_size=4, unique=True))
    if wire.Property.AUTHENTICATION_DATA in chosen and wire.Property.AUTHENTICATION_METHOD not in chosen:
        chosen.append(wire.Property.AUTHENTICATION_METHOD)
    if wire.Property.USER_PROPERTY in chosen:
        chosen.append(wire.Property.USER_PROPERTY)
    return tuple((int(each), draw(_VALUES[properties.TABLE[each][0]])) for each in chosen)


def with_properties(version: int, where: str) -> st.SearchStrategy[wire.Properties]:
    return property_lists(where) if version == wire.V5 else st.just(())


def codes(version: int, allowed: frozenset[int]) -> st.SearchStrategy[int]:
    return st.sampled_from(sorted(allowed)) if version == wire.V5 else st.just(0)


@st.composite
def connects(draw: st.DrawFn, version: int) -> wire.Connect:
    username = draw(st.none() | texts)
    may_have_password = version == wire.V5 or username is not None
    will = st.builds(
        wire.Will, names, binaries, st.integers(0, 2), st.booleans(), with_properties(version, "will")
    )
    return wire.Connect(
        version,
        draw(texts),
        draw(st.booleans()),
        draw(st.integers(0, 65_535)),
        username,
        draw(st.none() | binaries) if may_have_password else None,
        draw(st.none() | will),
        draw(with_properties(version, "connect")),
    )


@st.composite
def publishes(draw: st.DrawFn, version: int) -> wire.Publish:
    qos = draw(st.integers(0, 2))
    return wire.Publish(
        draw(names),
        draw(st.binary(max_size=300)),
        qos,
        draw(packet_ids) if qos else 0,
        draw(st.booleans()),
        draw(st.booleans()) if qos else False,
        draw(with_properties(version, "publish")),
    )


def subscriptions(version: int) -> st.SearchStrategy[wire.Subscription]:
    if version < wire.V5:
        return st.builds(wire.Subscription, filters, st.integers(0, 2))
    plain = filters.filter(lambda each: not each.startswith("$share"))
    return st.builds(
        wire.Subscription, plain, st.integers(0, 2), st.booleans(), st.booleans(), st.integers(0, 2)
    )


def packets(version: int) -> st.SearchStrategy[wire.Packet]:
    """Any packet that ``version`` can carry."""
    v5 = version == wire.V5
    suback_codes = reasons.SUBACK_CODES if v5 else reasons.SUBACK_CODES_311
    several = st.lists(st.sampled_from(sorted(suback_codes)), min_size=1, max_size=4).map(tuple)
    undone = st.lists(st.sampled_from(sorted(reasons.UNSUBACK_CODES)), min_size=1, max_size=4).map(tuple)
    connack_codes = reasons.CONNACK_CODES if v5 else reasons.CONNACK_CODES_311
    kinds: list[st.SearchStrategy[Any]] = [
        connects(version),
        publishes(version),
        st.builds(
            wire.Connack,
            st.booleans(),
            st.sampled_from(sorted(connack_codes)),
            with_properties(version, "connack"),
        ),
        *(
            st.builds(made, packet_ids, codes(version, allowed), with_properties(version, where))
            for made, allowed, where in (
                (wire.Puback, reasons.PUBACK_CODES, "puback"),
                (wire.Pubrec, reasons.PUBREC_CODES, "pubrec"),
                (wire.Pubrel, reasons.PUBREL_CODES, "pubrel"),
                (wire.Pubcomp, reasons.PUBCOMP_CODES, "pubcomp"),
            )
        ),
        st.builds(
            wire.Subscribe,
            packet_ids,
            st.lists(subscriptions(version), min_size=1, max_size=3).map(tuple),
            with_properties(version, "subscribe"),
        ),
        st.builds(wire.Suback, packet_ids, several, with_properties(version, "suback")),
        st.builds(
            wire.Unsubscribe,
            packet_ids,
            st.lists(filters, min_size=1, max_size=3).map(tuple),
            with_properties(version, "unsubscribe"),
        ),
        st.builds(
            wire.Unsuback, packet_ids, undone if v5 else st.just(()), with_properties(version, "unsuback")
        ),
        st.builds(wire.Pingreq),
        st.builds(wire.Pingresp),
        st.builds(
            wire.Disconnect,
            codes(version, reasons.DISCONNECT_CODES),
            with_properties(version, "disconnect"),
        ),
    ]
    if v5:
        kinds.append(
            st.builds(wire.Auth, st.sampled_from(sorted(reasons.AUTH_CODES)), property_lists("auth"))
        )
    return st.one_of(kinds)


versions = st.sampled_from([wire.V311, wire.V5])
versioned = versions.flatmap(lambda version: st.tuples(st.just(version), packets(version)))
