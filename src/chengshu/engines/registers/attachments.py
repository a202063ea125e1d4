"""Whether stored files are what a field or a material asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers.data import FileLine
from chengshu.engines.registers.sources import Sources
from chengshu.foundation.errors import InvalidInput, Words
from chengshu.foundation.files.kinds import BY_EXTENSION
from chengshu.foundation.files.names import extension


@dataclass(frozen=True)
class Limits:
    """What may be attached.

    :param kinds: keys of accepted kinds; empty for all
    :param most_bytes: of one file; 0 for the platform's own limit
    """

    kinds: tuple[str, ...] = ()
    most_bytes: int = 0
    least: int = 0
    most: int = 20

    @property
    def accept(self) -> str:
        """For a page's file control: ``.pdf,.jpg,.jpeg``."""
        return ",".join(f".{ending}" for ending, kind in BY_EXTENSION.items() if kind.key in self.kinds)


def refuse_wrong_files(ids: tuple[int, ...], limits: Limits, sources: Sources, *, path: str) -> None:
    """Insist that files exist, are few and small enough and of an accepted kind.

    :raises InvalidInput: ``file.missing``, ``file.count``, ``file.kind`` or ``file.too_large``
    """
    found = sources.files(ids) if ids else {}
    for code, reason, hint in _wrongs(ids, list(found.values()), limits):
        raise InvalidInput(reason, field=path, code=code, hint=hint)


def _wrongs(
    ids: tuple[int, ...], files: list[FileLine], limits: Limits
) -> Iterator[tuple[str, Words, Words]]:
    if len(files) < len(ids):
        yield "file.missing", _("A file is not there any more."), _("Upload it again.")
    if not limits.least <= len(ids) <= limits.most:
        counts = {"count": len(ids), "least": limits.least, "most": limits.most}
        reason = _("%(count)s files are attached; from %(least)s to %(most)s are possible.") % counts
        yield "file.count", reason, _("Add or remove files.")
    for file in files:
        kind = BY_EXTENSION.get(extension(file.name))
        if limits.kinds and (kind is None or kind.key not in limits.kinds):
            reason = _("“%(name)s” is of a kind that is not accepted here.") % {"name": file.name}
            yield "file.kind", reason, _("Attach one of these: %(kinds)s.") % {"kinds": limits.accept}
        if limits.most_bytes and file.size > limits.most_bytes:
            reason = _("“%(name)s” is too large.") % {"name": file.name}
            yield "file.too_large", reason, _("Attach a smaller one.")
