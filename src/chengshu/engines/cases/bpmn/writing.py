"""From a tree to bytes: UTF-8, the file's own prefixes and declarations, whitespace as it was read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.names import NAMESPACES, XML
from chengshu.engines.cases.bpmn.parsing import refusal
from chengshu.engines.cases.bpmn.tree import Element, Remark

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (production 2, Char) cannot hold, not even as a reference."""

_IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_IN_ATTRIBUTE = {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
_FAVOURED = {namespace: prefix for prefix, namespace in NAMESPACES.items()}


def write(root: Element, prolog: Iterable[Remark] = ()) -> bytes:
    """The tree as an XML file.

    :raises ModelRefused: when a text holds a control character that XML cannot
    """
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    parts.extend(f"{_remark(remark)}\n" for remark in prolog)
    _element(root, {"": "", "xml": XML}, parts)
    parts.append("\n")
    return "".join(parts).encode("utf-8")


def _element(element: Element, in_force: Mapping[str, str], parts: list[str]) -> None:
    scope = _Scope(in_force, element.declared)
    name = scope.element_name(element)
    attributes = [(scope.attribute_name(key), value) for key, value in element.attributes.items()]
    declarations = [(f"xmlns:{prefix}" if prefix else "xmlns", uri) for prefix, uri in scope.new.items()]
    written = "".join(f' {key}="{_escape(value, _IN_ATTRIBUTE)}"' for key, value in declarations + attributes)
    if not element.nodes and not element.text:
        parts.append(f"<{name}{written}/>")
        return
    parts.append(f"<{name}{written}>{_escape(element.text, _IN_TEXT)}")
    for node in element.nodes:
        if isinstance(node, Element):
            _element(node, scope.in_force, parts)
        else:
            parts.append(_remark(node))
        parts.append(_escape(node.tail, _IN_TEXT))
    parts.append(f"</{name}>")


class _Scope:
    """The prefixes in force at one element, and those that it must declare anew."""

    def __init__(self, outer: Mapping[str, str], declared: Mapping[str, str]) -> None:
        self.new = dict(declared)
        self.in_force = {**outer, **declared}

    def element_name(self, element: Element) -> str:
        prefix = element.prefix
        if self.in_force.get(prefix) != element.namespace:
            prefix = self._prefix_for(element.namespace, attribute=False)
        return f"{prefix}:{element.local}" if prefix else element.local

    def attribute_name(self, key: str) -> str:
        if not key.startswith("{"):
            return key
        namespace, _brace, local = key[1:].partition("}")
        return f"{self._prefix_for(namespace, attribute=True)}:{local}"

    def _prefix_for(self, namespace: str, *, attribute: bool) -> str:
        """A prefix bound to the namespace; an attribute cannot use the default one (Namespaces in XML 1.0, 6.2)."""
        if not namespace:
            self._declare("", "")
            return ""
        for prefix, bound in self.in_force.items():
            if bound == namespace and (prefix or not attribute):
                return prefix
        favoured = _FAVOURED.get(namespace, "ns")
        prefix, number = favoured, 1
        while prefix in self.in_force:
            prefix, number = f"{favoured}{number}", number + 1
        self._declare(prefix, namespace)
        return prefix

    def _declare(self, prefix: str, namespace: str) -> None:
        self.new[prefix] = self.in_force[prefix] = namespace


def _remark(remark: Remark) -> str:
    return f"<!--{remark.text}-->" if remark.kind == "comment" else f"<?{remark.text}?>"


def _escape(text: str, replacements: Mapping[str, str]) -> str:
    forbidden = _FORBIDDEN.search(text)
    if forbidden:
        raise refusal(
            "bpmn.character",
            _("A text holds the control character U+%(code)s, which no XML file can.")
            % {"code": f"{ord(forbidden.group()):04X}"},
            _("Delete it: it often comes along when text is pasted."),
        )
    for plain, escaped in replacements.items():
        text = text.replace(plain, escaped)
    return text
