"""Small DMN files made in memory, for tests."""

from __future__ import annotations

from xml.sax.saxutils import escape

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def definitions(body: str, *, namespace: str = "urn:test", model: str = NAMESPACE) -> bytes:
    return (
        f'<definitions xmlns="{model}" namespace="{namespace}" name="m" id="m">{body}</definitions>'.encode()
    )


def input_data(name: str, of: str = "") -> str:
    reference = f' typeRef="{of}"' if of else ""
    return f'<inputData id="i-{name}" name="{name}"><variable name="{name}"{reference}/></inputData>'


def literal(text: str) -> str:
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def decision(
    name: str, logic: str, *, inputs: tuple[str, ...] = (), decisions: tuple[str, ...] = (), of: str = ""
) -> str:
    """:param logic: a FEEL text, or the XML of a boxed expression"""
    reference = f' typeRef="{of}"' if of else ""
    needs = "".join(
        f'<informationRequirement><requiredInput href="#i-{needed}"/></informationRequirement>'
        for needed in inputs
    ) + "".join(
        f'<informationRequirement><requiredDecision href="#d-{needed}"/></informationRequirement>'
        for needed in decisions
    )
    box = logic if logic.startswith("<") and logic.endswith(">") else literal(logic)
    return (
        f'<decision id="d-{name}" name="{name}"><variable name="{name}"{reference}/>{needs}{box}</decision>'
    )


def table(
    policy: str, rules: list[tuple[str, str]], *, of: str = "n", aggregation: str = "", more: str = ""
) -> str:
    """A table of one input and one output.

    :param rules: (test, result) of each rule
    :param more: XML inside the output column
    """
    attribute = f' aggregation="{aggregation}"' if aggregation else ""
    lines = "".join(
        f"<rule><inputEntry><text>{escape(test)}</text></inputEntry>"
        f"<outputEntry><text>{escape(result)}</text></outputEntry></rule>"
        for test, result in rules
    )
    return (
        f'<decisionTable id="t" hitPolicy="{policy}"{attribute}>'
        f"<input><inputExpression><text>{of}</text></inputExpression></input><output>{more}</output>{lines}"
        "</decisionTable>"
    )
