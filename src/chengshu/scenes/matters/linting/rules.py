"""The rules over one matter's elements. Each yields findings; none asks the database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.codes import unified_code
from chengshu.foundation.errors import InvalidInput
from chengshu.hub.services.data import Elements, Material, Necessity
from chengshu.scenes.matters.elements import ELEMENT_WORDS, is_free
from chengshu.scenes.matters.linting.found import Finding, Surroundings, error, note, warning
from chengshu.scenes.matters.linting.limits import limit_findings

_CATCH_ALL: Final = re.compile(
    r"(其他|其它|有关|相关|规定的|要求的)(的)?(有关|相关|必要|证明)?(材料|资料|文件|证件)|(材料|资料|文件)等$|等$|等(材料|资料|文件)"
)
"""兜底: a material that names nothing in particular."""
_FULLY_ONLINE: Final = frozenset({"2", "4", "5", "6"})
"""办理深度: received, accepted, decided and told online."""
_FORM: Final = "2"
_BY_AUTHORITY: Final = "20"


def all_findings(elements: Elements, around: Surroundings) -> tuple[Finding, ...]:
    """Everything that is wrong with a matter, errors first."""
    found = [
        *_code(elements),
        *_name(elements, around),
        *_basis(elements, around),
        *limit_findings(elements, around),
        *_materials(elements, around),
        *_guide(elements),
        *_visits(elements),
        *_fees(elements),
        *_unknown(elements),
        *_use(elements, around),
    ]
    order = {"error": 0, "warning": 1, "note": 2}
    return tuple(sorted(found, key=lambda one: order[one.severity]))


def _code(elements: Elements) -> Iterator[Finding]:
    code = elements.code
    if not code:
        return
    if len(code) != 31:
        yield error(
            "code.length",
            "code",
            _("An implementation code has 31 characters, this has %(count)s.") % {"count": len(code)},
            _("Copy it from the list of service items."),
        )
        return
    try:
        unified_code(code[:18], field="code")
    except InvalidInput as wrong:
        yield error("code.unit", "code", wrong.message, wrong.hint)
    if code[18] not in "123456":
        yield error(
            "code.level",
            "code",
            _("The 19th character must be the level of the authority, 1 to 6."),
            _("A district has 4."),
        )
    elif code[18] != elements.level:
        yield error(
            "code.other_level",
            "code",
            _("The code says level %(code)s, the elements say %(level)s.")
            % {"code": code[18], "level": elements.level},
        )
    if elements.basic_code and code[19:] != elements.basic_code:
        yield error("code.basic", "code", _("The code does not end in the basic code."))


def _name(elements: Elements, around: Surroundings) -> Iterator[Finding]:
    if around.basic_name and around.basic_name != elements.name:
        yield warning(
            "name.differs",
            "name",
            _("The basic list calls it “%(name)s”.") % {"name": around.basic_name},
            _("Take over the name, or apply for an adjustment."),
        )
    if not around.is_claimed:
        yield warning(
            "unit.unclaimed",
            "unit",
            _("The district has not taken this matter of the basic list on."),
            _("Take it on, or say why it is not done here."),
        )


def _basis(elements: Elements, around: Surroundings) -> Iterator[Finding]:
    for place, one in enumerate(elements.basis):
        element = f"basis[{place}]"
        law = around.laws.get(one.law)
        if (law and law.has_ceased(around.today)) or (
            one.in_force_until and one.in_force_until <= around.today
        ):
            until = (law and law.in_force_until) or one.in_force_until
            instead = law.replaced_by if law else ""
            yield error(
                "basis.ceased",
                element,
                _("“%(law)s” does not hold any more since %(day)s.") % {"law": one.law, "day": until},
                _("It was replaced by “%(law)s”.") % {"law": instead}
                if instead
                else _("Name what holds now."),
            )
        elif law and law.in_force_from and law.in_force_from > around.today:
            yield error(
                "basis.not_yet",
                element,
                _("“%(law)s” holds from %(day)s on only.") % {"law": one.law, "day": law.in_force_from},
            )
        elif law is None:
            yield warning(
                "basis.unknown_law",
                element,
                _("“%(law)s” is not among the recorded texts, so nobody sees when it ceases.")
                % {"law": one.law},
                _("Record the text of law."),
            )
        if not one.article and law is not None:
            yield note("basis.no_article", element, _("No article of “%(law)s” is named.") % {"law": one.law})


def _materials(elements: Elements, around: Surroundings) -> Iterator[Finding]:
    keys = [material.key for material in elements.materials]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield error("material.twice", f"materials.{key}", _("This material is asked for twice."))
    for material in elements.materials:
        yield from _of_material(material)
    yield from _against_form(elements, around)
    if elements.pledge and not any(
        one.pledgeable or one.key.endswith(("pledge", "commitment_letter")) for one in elements.materials
    ):
        yield warning(
            "pledge.nothing",
            "pledge",
            _("It can be done by pledge, but no material is pledged or replaced by a pledge."),
            _("Mark what the pledge replaces."),
        )


def _of_material(material: Material) -> Iterator[Finding]:
    element = f"materials.{material.key}"
    if _CATCH_ALL.search(material.name):
        yield error(
            "material.catch_all",
            element,
            _("“%(name)s” asks for nothing in particular.") % {"name": material.name},
            _("Name each material; whatever is not on the list must not be asked for."),
        )
    if material.necessity is Necessity.MAY_FOLLOW and not material.defer_days:
        yield error(
            "material.no_due_day",
            element,
            _("“%(name)s” may follow, but within which time is not said.") % {"name": material.name},
            _("Say within how many working days."),
        )
    if material.kind == _FORM and not (material.sample or material.blank):
        yield warning(
            "material.no_sample",
            element,
            _("“%(name)s” has neither a blank nor a sample.") % {"name": material.name},
            _("Add the blank form and a filled-in sample."),
        )
    if material.source == _BY_AUTHORITY and not material.waived_by and not material.pledgeable:
        yield note(
            "material.shareable",
            element,
            _("“%(name)s” is issued by an authority; people still have to bring it.")
            % {"name": material.name},
            _("Connect the register that holds it, so that it need not be handed in."),
        )


def _against_form(elements: Elements, around: Surroundings) -> Iterator[Finding]:
    """What the guide asks for and what the form can take must be the same."""
    if around.form_materials is None:
        return
    listed = {material.key: material.name for material in elements.materials}
    for key in sorted(around.form_materials - set(listed)):
        yield warning(
            "material.only_form",
            f"materials.{key}",
            _("The form asks for “%(key)s”, the list of materials does not.") % {"key": key},
            _("Add it to the list, or take it out of the form."),
        )
    for key in sorted(set(listed) - around.form_materials):
        yield note(
            "material.only_list",
            f"materials.{key}",
            _("The list asks for “%(key)s”, the form has no place of its own for it.") % {"key": listed[key]},
            _("It is uploaded beside the form."),
        )


def _guide(elements: Elements) -> Iterator[Finding]:
    """Every condition must be an answer that can be given."""
    answers = {f"{one.key}:{answer.key}" for one in elements.questions for answer in one.answers}
    conditions = [(f"materials.{one.key}", when) for one in elements.materials for when in one.when]
    conditions += [(f"questions.{one.key}", when) for one in elements.questions for when in one.when]
    for element, when in conditions:
        if when not in answers:
            yield error(
                "guide.no_such_answer",
                element,
                _("It depends on “%(when)s”, which is no answer of the guide.") % {"when": when},
                _("Correct the condition or add the question."),
            )


def _visits(elements: Elements) -> Iterator[Finding]:
    fully_online = set(elements.depth) >= _FULLY_ONLINE
    if fully_online and elements.visits:
        yield error(
            "visits.online",
            "visits",
            _("It can be done online from end to end, but asks people to come %(count)s times.")
            % {"count": elements.visits},
            _("Correct the visits or the depth."),
        )
    if "online" in elements.labels and not fully_online:
        yield warning(
            "label.online",
            "labels",
            _("It is labelled as done online, but not every step is."),
            _("Correct the depth or the label."),
        )
    if "once" in elements.labels and elements.visits is not None and elements.visits > 1:
        yield error(
            "label.once",
            "labels",
            _("It is labelled as done at one visit, but asks people to come %(count)s times.")
            % {"count": elements.visits},
        )
    if "online" in elements.labels and elements.process == "":
        yield error(
            "label.no_process",
            "process",
            _("It is labelled as done online, but cannot be applied for on this platform."),
            _("Name its process and form, or take the label away."),
        )


def _fees(elements: Elements) -> Iterator[Finding]:
    for place, fee in enumerate(elements.fees):
        if not is_free(fee) and not fee.basis.strip():
            yield error(
                "fee.no_basis",
                f"fees[{place}]",
                _("The fee “%(standard)s” has no basis.") % {"standard": fee.standard},
                _("Name the document that sets it, or drop it (行政许可法 Art. 58, 59)."),
            )


def _unknown(elements: Elements) -> Iterator[Finding]:
    if not elements.basis:
        yield warning(
            "basis.missing",
            "basis",
            _("No legal basis is named."),
            _("Name the law and the article, or the document it rests on."),
        )
    missing = [name for name in elements.unknown if name != "basis"]
    if missing:
        yield note(
            "elements.unknown",
            "unknown",
            _("Not known yet: %(elements)s.")
            % {"elements": "、".join(str(ELEMENT_WORDS.get(name, name)) for name in missing)},
            _("Ask the implementing unit."),
        )


def _use(elements: Elements, around: Surroundings) -> Iterator[Finding]:
    if around.is_published and elements.process and around.applications_in_two_years == 0:
        yield warning(
            "use.none",
            "local_code",
            _("Nobody has applied for it in two years."),
            _("Look into whether it is needed, or whether people cannot find it."),
        )
