"""From bytes to a tree, for files that strangers uploaded. Knows XML and its dangers, not BPMN.

Document type declarations are refused as such, so no entity is ever defined, expanded or fetched; size, depth and
number of elements are bounded while reading, not afterwards.
"""

from __future__ import annotations

import codecs
import re
from typing import Final
from xml.parsers import expat
from xml.parsers.expat import errors

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.names import Tag
from chengshu.engines.cases.bpmn.tree import Element, Remark
from chengshu.engines.cases.data import Finding
from chengshu.engines.cases.refusals import ModelRefused
from chengshu.foundation.errors import Words

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_DEPTH: Final = 100
MAX_ELEMENTS: Final = 60_000
MAX_ATTRIBUTES: Final = 200

_SEPARATOR = "\x1f"
"""Between namespace, name and prefix in expat's names; not a character that XML allows, so no namespace holds it."""

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_CODECS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)},
    **{f"windows-125{page}": f"cp125{page}" for page in range(9)},
    **{f"cp125{page}": f"cp125{page}" for page in range(9)},
    "koi8-r": "koi8-r",
    "shift_jis": "shift_jis",
    "euc-jp": "euc-jp",
    "euc-kr": "euc-kr",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    # What begins with "<?xml" in single bytes is not UTF-16, whatever it says of itself.
    "utf-16": "utf-8",
}
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def parse(content: bytes) -> tuple[Element, list[Remark]]:
    """The root element, and the remarks that stand before it.

    :raises ModelRefused: with the line and the next step: empty, too large, not decodable, not well-formed, with a
        document type declaration, too deep, too many elements
    """
    if len(content) > MAX_BYTES:
        raise refusal(
            "bpmn.too_large",
            _("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 1024 // 1024},
            _("Split the model, or remove embedded pictures from it."),
        )
    text = decode(content)
    if not text.strip():
        raise refusal(
            "bpmn.empty", _("The file is empty."), _("Choose the .bpmn file that your editor saved.")
        )
    return _Builder().build(text)


def refusal(code: str, message: Words, hint: Words, *, line: int = 0, element: str = "") -> ModelRefused:
    return ModelRefused([Finding("error", code, element, "", message, hint, line)])


def decode(content: bytes) -> str:
    """The text of an XML file, by byte order mark, else by its declaration, else as UTF-8.

    :raises ModelRefused: for an encoding that is unknown here, or bytes that are not in the encoding
    """
    encoding, skip = _encoding_of(content)
    try:
        return content[skip:].decode(encoding)
    except UnicodeDecodeError as error:
        raise refusal(
            "bpmn.encoding",
            _("The file is not in the encoding it declares (%(encoding)s).") % {"encoding": encoding},
            _("Save it again as UTF-8."),
            line=content.count(b"\n", 0, skip + error.start) + 1,
        ) from error


def _encoding_of(content: bytes) -> tuple[str, int]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return encoding, len(mark)
    if content.startswith(b"<\0"):
        return "utf-16-le", 0
    if content.startswith(b"\0<"):
        return "utf-16-be", 0
    declared = _DECLARED.match(content[:400])
    if declared is None:
        return "utf-8", 0
    name = declared.group(1).decode("ascii").lower()
    if name not in _CODECS:
        raise refusal(
            "bpmn.encoding",
            _("The encoding %(encoding)s is not accepted.") % {"encoding": name},
            _("Save it again as UTF-8."),
            line=1,
        )
    return _CODECS[name], 0


class _Builder:
    """Builds the tree from expat's calls, and counts while it does."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.prolog: list[Remark] = []
        self.open: list[Element] = []
        self.count = 0
        self.declared: dict[str, str] = {}
        self.parser = expat.ParserCreate("utf-8", _SEPARATOR)
        self.parser.namespace_prefixes = True
        self.parser.ordered_attributes = True
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartNamespaceDeclHandler = self._declare
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.CommentHandler = self._comment
        self.parser.ProcessingInstructionHandler = self._instruction

    def build(self, text: str) -> tuple[Element, list[Remark]]:
        try:
            self.parser.Parse(text.encode("utf-8"), True)
        except expat.ExpatError as error:
            raise refusal(
                "bpmn.malformed",
                _("The file is not well-formed XML: %(reason)s (line %(line)s, column %(column)s).")
                % {"reason": _reason(error), "line": error.lineno, "column": error.offset + 1},
                _("Open it in the editor that wrote it and save it again."),
                line=error.lineno,
            ) from error
        assert self.root is not None, "expat refuses a file without a root element"
        return self.root, self.prolog

    def _doctype(self, name: str, _system: str | None, _public: str | None, _internal: bool) -> None:
        raise refusal(
            "bpmn.doctype",
            _(
                "The file declares a document type (DOCTYPE %(name)s), which can define entities and is not accepted."
            )
            % {"name": name},
            _("Remove the DOCTYPE line; BPMN files do not need one."),
            line=self.parser.CurrentLineNumber,
        )

    def _declare(self, prefix: str | None, namespace: str | None) -> None:
        self.declared[prefix or ""] = namespace or ""

    def _start(self, name: str, attributes: list[str]) -> None:
        self._stay_within_limits(len(attributes) // 2)
        tag, prefix = _tag(name)
        keys = map(_key, attributes[::2])
        born = Element(
            tag,
            dict(zip(keys, attributes[1::2], strict=True)),
            line=self.parser.CurrentLineNumber,
            prefix=prefix,
            declared=self.declared,
        )
        self.declared = {}
        if self.open:
            self.open[-1].append(born)
        else:
            self.root = born
        self.open.append(born)

    def _stay_within_limits(self, attributes: int) -> None:
        self.count += 1
        if len(self.open) >= MAX_DEPTH:
            raise self._exceeded(_("Elements are nested more than %(limit)s deep.") % {"limit": MAX_DEPTH})
        if self.count > MAX_ELEMENTS:
            raise self._exceeded(_("The file has more than %(limit)s elements.") % {"limit": MAX_ELEMENTS})
        if attributes > MAX_ATTRIBUTES:
            raise self._exceeded(
                _("An element has more than %(limit)s attributes.") % {"limit": MAX_ATTRIBUTES}
            )

    def _exceeded(self, message: Words) -> ModelRefused:
        hint = _("Split the model into processes that call each other.")
        return refusal("bpmn.limits", message, hint, line=self.parser.CurrentLineNumber)

    def _end(self, _name: str) -> None:
        self.open.pop()

    def _characters(self, text: str) -> None:
        if not self.open:
            return
        around = self.open[-1]
        if around.nodes:
            around.nodes[-1].tail += text
        else:
            around.text += text

    def _comment(self, text: str) -> None:
        self._remark(Remark("comment", text))

    def _instruction(self, target: str, data: str) -> None:
        self._remark(Remark("instruction", f"{target} {data}".strip()))

    def _remark(self, remark: Remark) -> None:
        if self.open:
            self.open[-1].nodes.append(remark)
        elif self.root is None:
            self.prolog.append(remark)


_REASONS: Final[dict[str, Words]] = {
    errors.XML_ERROR_NO_ELEMENTS: _("it breaks off"),
    errors.XML_ERROR_SYNTAX: _("it does not begin with an element"),
    errors.XML_ERROR_INVALID_TOKEN: _("a character stands where it cannot"),
    errors.XML_ERROR_UNCLOSED_TOKEN: _("a tag is not closed"),
    errors.XML_ERROR_TAG_MISMATCH: _("an end tag does not fit its start tag"),
    errors.XML_ERROR_DUPLICATE_ATTRIBUTE: _("an attribute stands twice"),
    errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: _("something follows after the end"),
    errors.XML_ERROR_UNDEFINED_ENTITY: _("an entity is used that is not defined"),
    errors.XML_ERROR_UNBOUND_PREFIX: _("a prefix has no namespace"),
}
"""What is usually wrong with a file, in words for people."""


def _reason(error: expat.ExpatError) -> Words:
    plain = expat.ErrorString(error.code) or ""
    return _REASONS.get(plain, plain)


def _tag(name: str) -> tuple[Tag, str]:
    parts = name.split(_SEPARATOR)
    if len(parts) == 1:
        return ("", name), ""
    return (parts[0], parts[1]), parts[2] if len(parts) > 2 else ""


def _key(name: str) -> str:
    (namespace, local), _prefix = _tag(name)
    return f"{{{namespace}}}{local}" if namespace else local
