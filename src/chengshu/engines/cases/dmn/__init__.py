"""DMN: decisions as tables and boxed expressions, with what they require. Versions 1.1 to 1.6; expressions in FEEL.

    model = read_decisions(content)
    model.evaluate("Risk category", {"Age": Decimal(40)})
    model.evaluate_traced("Risk category", {...}).tables    # which rules matched

Not here: drawing (``dmn:DMNDI`` is kept by whoever keeps the file), PMML, Java, and any language but FEEL.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.data import Finding
from chengshu.engines.cases.dmn.document import Document, read_document
from chengshu.engines.cases.dmn.errors import DmnError
from chengshu.engines.cases.dmn.model import Decision, DecisionModel, InputData, Traced, compile_model
from chengshu.engines.cases.dmn.tables import Matched

__all__ = [
    "Decision",
    "DecisionModel",
    "DmnError",
    "InputData",
    "Matched",
    "Traced",
    "read_decisions",
    "read_decisions_file",
]

DEEPEST_IMPORTS = 10


def read_decisions(content: bytes, *, others: Iterable[bytes] = (), lenient: bool = False) -> DecisionModel:
    """A DMN model, compiled.

    :param others: files among which imported models are looked for
    :param lenient: keep a model with errors: they are in ``findings``, and what they concern evaluates to null
    :raises DmnError: with every finding, if the file is no DMN model or, unless lenient, has any error
    """
    document = read_document(content)
    wanted = {imported.namespace for imported in document.imports}
    library = _library(others) if wanted else {}
    model = _assembled(document, library, ())
    if not lenient and any(finding.severity == "error" for finding in model.findings):
        raise DmnError(model.findings)
    return model


def read_decisions_file(path: Path, *, lenient: bool = False) -> DecisionModel:
    """The model of a file, its imports looked for among the other ``.dmn`` files of the folder."""
    others = (other.read_bytes() for other in sorted(path.parent.glob("*.dmn")) if other != path)
    return read_decisions(path.read_bytes(), others=others, lenient=lenient)


def _library(contents: Iterable[bytes]) -> dict[str, Document]:
    """The documents that can be read, by namespace."""
    found: dict[str, Document] = {}
    for content in contents:
        try:
            document = read_document(content)
        except DmnError:
            continue
        found.setdefault(document.namespace, document)
    return found


def _assembled(document: Document, library: dict[str, Document], above: tuple[str, ...]) -> DecisionModel:
    """The model with its imported models, each assembled in turn."""
    imported: dict[str, DecisionModel] = {}
    nameless: list[DecisionModel] = []
    findings: list[Finding] = []
    for wanted in document.imports:
        found = library.get(wanted.namespace)
        if found is None and "/DMN/" not in wanted.kind:
            continue
        circle = wanted.namespace in (*above, document.namespace) or len(above) >= DEEPEST_IMPORTS
        if found is None or circle:
            findings.append(_not_imported(wanted.name, wanted.namespace, wanted.line, circle=circle))
            continue
        inner = _assembled(found, library, (*above, document.namespace))
        if wanted.name:
            imported[wanted.name] = inner
        else:
            nameless.append(inner)
    for inner in nameless:
        document = document.absorbing(inner.document)
        imported = {**inner.imported, **imported}
    model = compile_model(document, imported, [inner.types for inner in nameless])
    model.findings[:0] = findings
    return model


def _not_imported(name: str, namespace: str, line: int, *, circle: bool) -> Finding:
    message = (
        _("The models import each other in a circle: “%(namespace)s”.")
        if circle
        else _("The imported model “%(namespace)s” is not among the files.")
    )
    return Finding(
        "error",
        "dmn.import",
        "",
        name,
        message % {"namespace": namespace},
        _("Add the file, or remove the import."),
        line,
    )
