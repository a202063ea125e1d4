"""What differs between two trees: element by element, attribute by attribute, text, and order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from chengshu.engines.cases.bpmn.tree import Element


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same.

    :param path: where, in names and ids, such as ``definitions/process[p1]/userTask[review]``
    :param what: ``element`` missing, added or of another tag; ``attribute``; ``text``
    :param before: as it was; empty when it did not exist
    :param after: as it is; empty when it does not exist any more
    """

    path: str
    what: Literal["element", "attribute", "text"]
    name: str
    before: str
    after: str


def compare(before: Element, after: Element) -> list[Difference]:
    """Everything that differs, in document order; empty when both say the same.

    Whitespace counts only as a separator of words. Prefixes, remarks, the order of attributes and the way a character
    is escaped do not count; the order of elements does.
    """
    return list(_compare(before, after, _step(before)))


def _compare(before: Element, after: Element, path: str) -> Iterator[Difference]:
    if before.tag != after.tag:
        yield Difference(path, "element", before.local, _shown(before), _shown(after))
        return
    yield from _attributes(before, after, path)
    old_text, new_text = _own_texts(before), _own_texts(after)
    if old_text != new_text:
        yield Difference(path, "text", before.local, " ".join(old_text).strip(), " ".join(new_text).strip())
    yield from _children(before.children, after.children, path)


def _attributes(before: Element, after: Element, path: str) -> Iterator[Difference]:
    for key in before.attributes.keys() | after.attributes.keys():
        old, new = before.attributes.get(key), after.attributes.get(key)
        if old is None or new is None or old.split() != new.split():
            yield Difference(path, "attribute", key, old or "", new or "")


def _children(before: list[Element], after: list[Element], path: str) -> Iterator[Difference]:
    for old, new in zip(before, after, strict=False):
        yield from _compare(old, new, f"{path}/{_step(old)}")
    for gone in before[len(after) :]:
        yield Difference(f"{path}/{_step(gone)}", "element", gone.local, _shown(gone), "")
    for added in after[len(before) :]:
        yield Difference(f"{path}/{_step(added)}", "element", added.local, "", _shown(added))


def _own_texts(element: Element) -> list[str]:
    """The text runs between the child elements, words separated by single blanks; a remark does not split a run."""
    runs = [element.text]
    for node in element.nodes:
        if isinstance(node, Element):
            runs.append(node.tail)
        else:
            runs[-1] += node.tail
    return [" ".join(run.split()) for run in runs]


def _step(element: Element) -> str:
    return f"{element.local}[{element.id}]" if element.id else element.local


def _shown(element: Element) -> str:
    return " ".join(filter(None, (element.local, element.id, element.name)))
