"""Self-evaluation: all forms with total and grade, one evaluation filled in with its workings, the official form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.foundation.errors import Conflict, InvalidInput, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb, Option
from chengshu.hub.promises.actions.closing import (
    apply_form_result,
    open_self_evaluation,
    return_self_evaluation_form,
    submit_self_evaluation_form,
)
from chengshu.hub.promises.actions.evaluating import save_evaluation_draft
from chengshu.hub.promises.appraisal import (
    Appraisal,
    FormTyped,
    LineTyped,
    appraise,
    family_of,
    rules_of,
    typed_form,
    typed_line,
)
from chengshu.hub.promises.entry import Unfinished
from chengshu.hub.promises.evaluation import rules
from chengshu.hub.promises.evaluation.measures import Kind
from chengshu.hub.promises.evaluation.rules import label
from chengshu.hub.promises.evaluation.scoring import SatisfactionMethod, Scored, judgement_interval
from chengshu.hub.promises.evaluation.self_evaluation import Line
from chengshu.hub.promises.evaluation.weights import FAMILY_NAMES, Family
from chengshu.hub.promises.evaluation.words import plain
from chengshu.hub.promises.measured import WORDS, value_unit, words_for
from chengshu.hub.promises.models import FormState, SelfEvaluation, SelfEvaluationLine
from chengshu.hub.promises.pages.board import wording
from chengshu.hub.promises.pages.proof.shared import chosen_year, file_answer, may, reasons, said, summary
from chengshu.hub.promises.printouts import evaluation_form
from chengshu.hub.promises.queries import proof

GRADE_TONES = {
    "excellent": "positive",
    "good": "positive",
    "fair": "caution",
    "poor": "negative",
    "": "neutral",
}
METHODS: dict[str, Words] = {
    SatisfactionMethod.PROPORTION.value: gettext_lazy("In proportion to the target"),
    SatisfactionMethod.BANDS.value: gettext_lazy("By bands of satisfaction"),
}


@door("promises.view")
def show_evaluations(request: HttpRequest) -> HttpResponse:
    """Every form of a year with its self-evaluation: how far it is, its total and its grade."""
    year, suffix = chosen_year(request)
    rows = [_row(item) for item in proof.evaluated(year)]
    totals = [row["total"] for row in rows if row["total"] is not None]
    context = {
        "year": year,
        "suffix": suffix,
        "rows": rows,
        "started": sum(row["evaluation"] is not None for row in rows),
        "submitted": sum(bool(row["evaluation"] and row["evaluation"].submitted_at) for row in rows),
        "mean": sum(totals, Decimal(0)) / len(totals) if totals else None,
        "grades": _grades(rows),
        "grade_words": grade_words(),
        "grade_tones": GRADE_TONES,
        "start_url": reverse("promises:start_evaluation") + suffix,
        "year_over": timezone.localdate().year > year.year,
        "breadcrumbs": [
            Crumb(_("Promise board"), reverse("promises:board") + suffix),
            Crumb(_("Self-evaluation")),
        ],
    }
    return render(request, "promises/evaluations.html", context)


def _row(item: proof.Evaluated) -> dict[str, Any]:
    form, evaluation = item.form, item.evaluation
    return {
        "form": form,
        "state": FormState(form.state).label,
        "evaluation": evaluation,
        "href": reverse("promises:evaluation", kwargs={"number": evaluation.pk}) if evaluation else "",
        "total": evaluation.total if evaluation else None,
        "grade": evaluation.grade if evaluation else "",
        "decision": decision_words().get(evaluation.decision, "") if evaluation else "",
        "may_start": evaluation is None
        and form.state == FormState.MONITORING
        and may("open_self_evaluation", form.unit_id),
    }


def _grades(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    counts = Counter(row["grade"] for row in rows if row["grade"])
    if not counts:
        return None
    words = grade_words()
    return {
        "kind": "bar",
        "unit": "",
        "categories": [str(words[code]) for code in words],
        "series": [{"name": _("Forms"), "values": [counts[code] for code in words], "tone": "info"}],
    }


def grade_words() -> dict[str, Words]:
    """The grades by code, best first."""
    return {str(row["code"]): label(row) for row in rules.at(timezone.localdate())["scoring.grades"].rows}


def decision_words() -> dict[str, Words]:
    """What may follow from a grade, by code."""
    rows = rules.at(timezone.localdate())["lifecycle.result_application"].rows
    return {str(row["code"]): label(row) for row in rows}


@door("promises.view")
def start(request: HttpRequest) -> HttpResponse:
    """Open the self-evaluation of one form."""
    year, suffix = chosen_year(request)
    back = reverse("promises:evaluations") + suffix
    if request.method != "POST":
        return HttpResponseRedirect(back)
    form = proof.form_named(year, request.POST.get("ref", ""))
    try:
        open_self_evaluation(form=form)
    except Conflict as error:
        return flash(HttpResponseRedirect(back), "error", str(error))
    evaluation = SelfEvaluation.objects.get(form=form)
    return HttpResponseRedirect(reverse("promises:evaluation", kwargs={"number": evaluation.pk}))


@door("promises.view")
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """One evaluation: what is typed, what it scores and how, and what still keeps it from being submitted."""
    one = proof.evaluation_numbered(number)
    if request.method != "POST":
        return _page(request, one, appraise(one))
    form = FormTyped(**{field.name: request.POST.get(field.name, "") for field in fields(FormTyped)})
    lines = {
        line.indicator.ref: LineTyped(
            **{f.name: request.POST.get(f"{f.name}-{line.indicator.ref}", "") for f in fields(LineTyped)}
        )
        for line in one.lines.select_related("indicator")
    }
    save_evaluation_draft(evaluation=one, form=form, lines=lines)
    if request.POST.get("do") == "submit":
        return submit(request, number)
    address = reverse("promises:evaluation", kwargs={"number": one.pk})
    return flash(HttpResponseRedirect(address), "success", _("Saved as typed and scored anew."))


@door("promises.view")
def submit(request: HttpRequest, number: int) -> HttpResponse:
    """Hand in an evaluation; each blocker is shown at its field."""
    one = proof.evaluation_numbered(number)
    address = reverse("promises:evaluation", kwargs={"number": one.pk})
    if request.method != "POST":
        return HttpResponseRedirect(address)
    found = appraise(one)
    if found.errors:
        return _page(request, one, found, show_errors=True)
    try:
        submit_self_evaluation_form(form=one.form)
    except Unfinished as error:
        return _page(request, one, appraise(one), show_errors=True, errors=error.errors)
    except Conflict as error:
        return flash(HttpResponseRedirect(address), "error", str(error))
    return flash(HttpResponseRedirect(address), "success", _("Submitted to the department."))


@door("promises.view")
def give_back(request: HttpRequest, number: int) -> HttpResponse:
    """Return a submitted evaluation to the unit with a reason."""
    one = proof.evaluation_numbered(number)
    address = reverse("promises:evaluation", kwargs={"number": one.pk})
    if request.method != "POST":
        return HttpResponseRedirect(address)
    reason = request.POST.get("reason", "")
    try:
        return_self_evaluation_form(form=one.form, reason=reason)
    except InvalidInput as error:
        return _page(request, one, appraise(one), errors={"return_reason": said(error)}, typed_reason=reason)
    except Conflict as error:
        return flash(HttpResponseRedirect(address), "error", str(error))
    return flash(HttpResponseRedirect(address), "success", _("Returned to the unit."))


@door("promises.view")
def apply(request: HttpRequest, number: int) -> HttpResponse:
    """Decide what follows from the grade."""
    one = proof.evaluation_numbered(number)
    address = reverse("promises:evaluation", kwargs={"number": one.pk})
    if request.method != "POST":
        return HttpResponseRedirect(address)
    decision, note = request.POST.get("decision", ""), request.POST.get("note", "")
    try:
        apply_form_result(form=one.form, decision=decision, note=note)
    except InvalidInput as error:
        return _page(
            request, one, appraise(one), errors={error.field or "decision": said(error)},
            typed_decision=decision, typed_note=note,
        )  # fmt: skip
    except Conflict as error:
        return flash(HttpResponseRedirect(address), "error", str(error))
    return flash(HttpResponseRedirect(address), "success", _("The result is applied."))


def _page(
    request: HttpRequest,
    one: SelfEvaluation,
    found: Appraisal,
    *,
    show_errors: bool = False,
    errors: Mapping[str, Words] | None = None,
    **typed: str,
) -> HttpResponse:
    wrong = dict(errors or (found.errors if show_errors else {}))
    is_open = one.submitted_at is None and one.form.state == FormState.SELF_EVAL
    result = found.result
    context = {
        "one": one,
        "form": one.form,
        "result": result,
        "families": _families(one, found, is_open),
        "execution": _execution(found),
        "interval_words": _intervals(one),
        "typed": typed_form(one),
        "typed_decision": typed.get("typed_decision", ""),
        "typed_note": typed.get("typed_note", ""),
        "typed_reason": typed.get("typed_reason", ""),
        "methods": [Option(code, name) for code, name in METHODS.items()],
        "reasons": reasons(timezone.localdate()),
        "reason_words": {option["value"]: option["label"] for option in reasons(timezone.localdate())},
        "grade": result.grade.value if result.grade else "",
        "grade_words": grade_words(),
        "grade_tones": GRADE_TONES,
        "decisions": [Option(code, name) for code, name in decision_words().items()],
        "decision": decision_words().get(one.decision, ""),
        "notes": [str(note) for note in result.notes],
        "errors": wrong,
        "summary": summary(wrong),
        "hints": found.errors if is_open else {},
        "is_open": is_open,
        "may_save": is_open and may("save_evaluation_draft", one.unit_id),
        "may_submit": is_open and may("submit_self_evaluation_form", one.unit_id),
        "may_return": one.submitted_at is not None
        and not one.decision
        and may("return_self_evaluation_form", one.unit_id),
        "may_apply": one.submitted_at is not None
        and not one.decision
        and may("apply_form_result", one.unit_id),
        "downloads": [
            (kind.upper(), reverse("promises:evaluation_file", kwargs={"number": one.pk, "format": kind}))
            for kind in ("xlsx", "docx", "pdf")
        ],
        "breadcrumbs": [Crumb(_("Self-evaluation"), reverse("promises:evaluations")), Crumb(one.form.ref)],
    }
    return render(request, "promises/evaluation.html", context, status=422 if wrong else 200)


def working(scored: Scored | None) -> str:
    """How the points came about, as one calculation: ``5 × (1 − (15 − 12) ÷ 12) = 3.75``."""
    if scored is None:
        return ""
    text = scored.working.formula
    if not any(sign in text for sign in "×÷"):
        return ""
    for symbol, value in sorted(scored.working.numbers.items(), key=lambda pair: -len(pair[0])):
        text = "".join(plain(value) if part == symbol else part for part in _parts(text, symbol))
    return f"{text} = {scored.points:.2f}"


def _parts(text: str, symbol: str) -> list[str]:
    """The text cut around a symbol that stands alone (the ``a`` of ``w × a``, not that of ``max``)."""
    parts: list[str] = [""]
    for index, sign in enumerate(text):
        alone = not (text[index - 1 : index].isalpha() or text[index + 1 : index + 2].isalpha())
        if sign == symbol and alone:
            parts += [symbol, ""]
        else:
            parts[-1] += sign
    return parts


def _families(one: SelfEvaluation, found: Appraisal, is_open: bool) -> list[dict[str, Any]]:
    """The indicators by family, each family with its points and the sum of what is spread over it."""
    scored = {line.ref: line for line in found.result.lines}
    lines: dict[Family, list[dict[str, Any]]] = {}
    for line in one.lines.select_related("indicator", "observation").order_by("indicator__number"):
        commitment = found.promises[line.indicator.ref].commitment
        family = family_of(commitment) if commitment else None
        shown = _line(line, found, scored.get(line.indicator.ref))
        lines.setdefault(family or Family.OUTPUT, []).append(shown)
    final = found.result.weights.final if found.result.weights else {}
    planned = found.result.weights.planned if found.result.weights else {}
    return [
        {
            "code": family.value,
            "title": FAMILY_NAMES[family],
            "points": final.get(family),
            "planned": planned.get(family),
            "sum": sum((line["weight"] for line in lines[family] if line["weight"] is not None), Decimal(0)),
            "typed_sum": sum((line["given"].weight or Decimal(0) for line in lines[family]), Decimal(0)),
            "score": sum((line["score"] for line in lines[family] if line["score"] is not None), Decimal(0)),
            "lines": lines[family],
        }
        for family in (Family.COST, Family.OUTPUT, Family.BENEFIT, Family.SATISFACTION)
        if family in lines
    ]  # fmt: skip


def _line(line: SelfEvaluationLine, found: Appraisal, scored: Line | None) -> dict[str, Any]:
    ref = line.indicator.ref
    promise = found.promises[ref]
    measured, commitment = promise.measured, promise.commitment
    points = scored.scored if scored else None
    measure = measured.measure if measured else None
    given = found.given[ref]
    return {
        "ref": ref,
        "href": reverse("promises:indicator", kwargs={"slug": wording.slug_of(ref)}),
        "evidence_url": reverse("promises:attest", kwargs={"slug": wording.slug_of(ref)}),
        "name": commitment.name if commitment else ref,
        "target": (commitment.annual_raw or commitment.period_raw) if commitment else "",
        "unit": value_unit(measure) if measure else "",
        "choices": [Option("", "—"), *(Option(w, WORDS[w]) for w in words_for(measure))]
        if measure and words_for(measure)
        else [],
        "judged": measure is not None and measure.kind is Kind.QUAL,
        "doubt": measured.doubt if measured else None,
        "typed": typed_line(line),
        "shown": WORDS.get(line.actual_text, line.actual_text),
        "given": given,
        "weight": scored.weight if scored else None,
        "score": points.points if points else None,
        "working": working(points),
        "why": str(points.working.why) if points else "",
        "needs": bool(scored and scored.needs_deviation),
        "proven": promise.latest,
        "differs": promise.latest is not None
        and given.actual is not None
        and promise.latest.value is not None
        and promise.latest.value != given.actual,
    }


def _execution(found: Appraisal) -> dict[str, Any] | None:
    line = next((one for one in found.result.lines if one.family is Family.EXECUTION), None)
    if line is None:
        return None
    rate = found.paid / found.adjusted if found.paid is not None and found.adjusted else None
    return {
        "weight": line.weight,
        "score": line.scored.points if line.scored else None,
        "working": working(line.scored),
        "why": str(line.scored.working.why) if line.scored else "",
        "rate": rate,
    }


def _intervals(one: SelfEvaluation) -> dict[str, str]:
    """The share of the points that each grade in words allows, of a weight of 100."""
    known = rules_of(one)
    found = {}
    for row in known["scoring.qualitative"].rows:
        low, high, closed = judgement_interval(row["code"], Decimal(100), known)
        found[str(row["code"])] = (
            f"{plain(low)}–{plain(high)} %" if closed else f"{plain(low)}–<{plain(high)} %"
        )
    return found


@door("promises.view")
def download(request: HttpRequest, number: str, format: str) -> HttpResponse:  # noqa: A002
    """The official self-evaluation form."""
    one = proof.evaluation_numbered(int(number[:15]))
    name = f"{one.form.ref}-{one.form.budget_year.year}-绩效自评表"
    return file_answer(evaluation_form(one), name, format)
