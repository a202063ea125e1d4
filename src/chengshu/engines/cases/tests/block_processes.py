"""Random block-structured processes for property tests, as BPMN files."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from chengshu.engines.cases.tests.tiny_models import extension, process, tiny

OUTCOMES = ("agree", "disagree")
SIGNERS = ("li", "zhao", "liu")


LEAF_KINDS = (
    *("task", "script", "all", "count", "sequential", "several"),
    *("watched", "guarded", "each", "called"),
)
"""``watched`` has a reminder beside it, ``guarded`` a time limit instead of it; ``each`` is a sub-process for each of
a list, ``called`` another process."""


@dataclass(frozen=True)
class Block:
    """A part of a process with one way in and one way out."""

    kind: str
    parts: tuple[Block, ...] = ()


def blocks() -> st.SearchStrategy[Block]:
    """Blocks of every kind, nested a few levels deep."""
    leaves = st.sampled_from(["task", *LEAF_KINDS]).map(Block)

    def around(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
        parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(
            st.builds(Block, st.sampled_from(["sequence", "exclusive", "parallel", "inclusive"]), parts),
            st.builds(Block, st.just("sub"), st.lists(inner, min_size=1, max_size=2).map(tuple)),
        )

    return st.recursive(leaves, around, max_leaves=7)


@dataclass
class Drawing:
    """Draws blocks; ``elements`` and ``flows`` are those of one scope."""

    numbers: list[int] = field(default_factory=lambda: [0])
    elements: list[str] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)

    def name(self, prefix: str) -> str:
        self.numbers[0] += 1
        return f"{prefix}{self.numbers[0]}"

    def add(self, element: str) -> None:
        self.elements.append(element)

    def flow(self, source: str, target: str, condition: str = "") -> str:
        flow = self.name("f")
        inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
        self.flows.append(
            f'<sequenceFlow id="{flow}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
        )
        return flow

    def draw(self, block: Block) -> tuple[str, str]:
        """Draw a block; the ids of its first and last node."""
        draw: Any = getattr(self, f"_{block.kind}", None) or self._leaf
        first, last = draw(block)
        return first, last

    def _leaf(self, block: Block) -> tuple[str, str]:
        node = self.name("t")
        self.add(_LEAVES[block.kind](node))
        return node, node

    def _watched(self, block: Block) -> tuple[str, str]:
        node, edge, side, over = self.name("t"), self.name("w"), self.name("t"), self.name("e")
        self.add(_LEAVES["task"](node) + _timer(edge, node, "P1D", 'cancelActivity="false"'))
        self.add(f'<userTask id="{side}"/><endEvent id="{over}"/>')
        self.flow(edge, side)
        self.flow(side, over)
        return node, node

    def _guarded(self, block: Block) -> tuple[str, str]:
        node, edge, other, join = self.name("t"), self.name("w"), self.name("t"), self.name("j")
        self.add(_LEAVES["task"](node) + _timer(edge, node, "P2D"))
        self.add(f'<userTask id="{other}"/><exclusiveGateway id="{join}"/>')
        self.flow(edge, other)
        self.flow(other, join)
        self.flow(node, join)
        return node, join

    def _each(self, block: Block) -> tuple[str, str]:
        inner = Drawing(self.numbers)
        inner.whole(Block("sequence", (Block("task"), Block("task"))))
        node = self.name("s")
        self.add(f'<subProcess id="{node}">{_TWICE}{"".join(inner.elements + inner.flows)}</subProcess>')
        return node, node

    def _sequence(self, block: Block) -> tuple[str, str]:
        drawn = [self.draw(part) for part in block.parts]
        for (_first, last), (following, _last) in pairwise(drawn):
            self.flow(last, following)
        return drawn[0][0], drawn[-1][1]

    def _parallel(self, block: Block) -> tuple[str, str]:
        return self._split(block, "parallelGateway", lambda index: "")

    def _exclusive(self, block: Block) -> tuple[str, str]:
        return self._split(
            block, "exclusiveGateway", lambda index: f"modulo(coin, {len(block.parts)}) = {index}"
        )

    def _inclusive(self, block: Block) -> tuple[str, str]:
        return self._split(block, "inclusiveGateway", lambda index: f"modulo(coin, {index + 2}) = 0")

    def _split(self, block: Block, gateway: str, condition: Any) -> tuple[str, str]:
        split, join = self.name("g"), self.name("j")
        drawn = [self.draw(part) for part in block.parts]
        default = ""
        for index, (first, last) in enumerate(drawn):
            is_last = index == len(drawn) - 1 and gateway != "parallelGateway"
            flow = self.flow(split, first, "" if is_last else condition(index))
            default = f' default="{flow}"' if is_last else ""
            self.flow(last, join)
        self.add(f'<{gateway} id="{split}"{default}/><{gateway} id="{join}"/>')
        return split, join

    def _sub(self, block: Block) -> tuple[str, str]:
        inner = Drawing(self.numbers)
        inner.whole(Block("sequence", block.parts) if len(block.parts) > 1 else block.parts[0])
        node = self.name("s")
        self.add(f'<subProcess id="{node}">{"".join(inner.elements + inner.flows)}</subProcess>')
        return node, node

    def whole(self, block: Block) -> None:
        """Draw a scope: start, block, end."""
        start, end = self.name("b"), self.name("e")
        self.add(f'<startEvent id="{start}"/><endEvent id="{end}"/>')
        first, last = self.draw(block)
        self.flow(start, first)
        self.flow(last, end)


def _timer(node: str, on: str, duration: str, attributes: str = "") -> str:
    return (
        f'<boundaryEvent id="{node}" attachedToRef="{on}" {attributes}><timerEventDefinition>'
        f"<timeDuration>{duration}</timeDuration></timerEventDefinition></boundaryEvent>"
    )


_OFFERED = (
    '<chengshu:outcomes><chengshu:outcome key="agree" label="Agree" tone="positive"/>'
    '<chengshu:outcome key="disagree" label="Disagree" tone="negative"/></chengshu:outcomes>'
)
_TWICE = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
_LIST = extension('<zeebe:loopCharacteristics inputCollection="= signers" inputElement="signer"/>')


def _countersign(rule: str) -> Any:
    def draw(node: str) -> str:
        own = extension(f"{_OFFERED}<chengshu:approval {rule}/>")
        loop = f"<multiInstanceLoopCharacteristics>{_LIST}</multiInstanceLoopCharacteristics>"
        return f'<userTask id="{node}">{own}{loop}</userTask>'

    return draw


_LEAVES: dict[str, Any] = {
    "task": lambda node: f'<userTask id="{node}">{extension(_OFFERED)}</userTask>',
    "called": lambda node: f'<callActivity id="{node}" calledElement="q"/>',
    "script": lambda node: f'<scriptTask id="{node}"><script>{{coin: coin + 1}}</script></scriptTask>',
    "all": _countersign('mode="all"'),
    "count": _countersign('mode="count" needed="= 2"'),
    "sequential": _countersign('mode="sequential"'),
    "several": lambda node: f'<userTask id="{node}">{_TWICE}</userTask>',
}


CALLED = process('<startEvent id="qs"/><userTask id="q1"/><userTask id="q2"/>', "qs > q1 > q2", key="q")


def drawn(block: Block) -> bytes:
    """The process around a block: a first task, the block, a last task; and a process that it may call."""
    drawing = Drawing()
    drawing.whole(Block("sequence", (Block("task"), block, Block("task"))))
    return tiny("".join(drawing.elements + drawing.flows), outside=CALLED)
