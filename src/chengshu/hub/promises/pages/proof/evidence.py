"""Evidence: what proves each promise, what waits for a decision, attesting, deciding, binding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from chengshu.foundation.errors import InvalidInput, Missing, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.formats import number as written
from chengshu.foundation.web.shell import Column, Crumb, Filter, Option, TimelineEvent
from chengshu.hub.promises import sources
from chengshu.hub.promises.actions.bindings import STATISTICS, bind_attestation, bind_indicator, unbind
from chengshu.hub.promises.actions.evidence import (
    approve_attestation,
    attest,
    refuse_attestation,
    withdraw_attestation,
)
from chengshu.hub.promises.judging import Promise, is_proven, judge, promise_of
from chengshu.hub.promises.measured import WORDS, value_unit, words_for
from chengshu.hub.promises.models import (
    Attestation,
    AttestationState,
    Binding,
    BindingKind,
    BudgetYear,
    Indicator,
    Observation,
    Verdict,
)
from chengshu.hub.promises.pages.board import wording
from chengshu.hub.promises.pages.proof.shared import chosen_year, day, kept_file, may, said, summary
from chengshu.hub.promises.queries import proof
from chengshu.hub.promises.targets import parse, show

ATTESTATION_TONES = {
    "submitted": "info",
    "approved": "positive",
    "refused": "negative",
    "withdrawn": "neutral",
}
FIELDS = ("as_of", "value", "statement", "file_id")
BIND_FIELDS = (
    "kind", "post", "statistic", "share_target", "due_on", "source_name", "source_version", "source_parameters",
    "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One promise in the list."""

    ref: str
    href: str
    name: str
    target: str
    verdict: str
    reason: Words
    binding: str
    post: str
    value: str
    as_of: date | None
    waiting: int


@door("promises.view")
def show_evidence(request: HttpRequest) -> HttpResponse:
    """Every promise of a year with what proves it, and what waits for a decision."""
    year, suffix = chosen_year(request)
    known = proof.proved(year)
    chosen = {name: request.GET.get(name, "") for name in ("verdict", "binding", "q")}
    rows = [_row(item, suffix) for item in known]
    shown = [row for row in rows if _matches(row, chosen)]
    verdicts = Counter(row.verdict for row in rows)
    bindings = Counter(row.binding for row in rows)
    context = {
        "year": year,
        "suffix": suffix,
        "rows": shown,
        "total": len(rows),
        "columns": _columns(),
        "filters": _filters(chosen),
        "query": {
            name: value for name, value in {**chosen, "year": request.GET.get("year", "")}.items() if value
        },
        "verdicts": [(v.value, v.label, wording.VERDICT_TONES[v.value], verdicts[v.value]) for v in Verdict],
        "bindings": [(k.value, k.label, bindings[k.value]) for k in BindingKind],
        "bound": len(rows) - bindings[BindingKind.UNBOUND.value],
        "waiting": [_waiting(found) for found in proof.waiting_attestations(year)],
        "verdict_words": wording.VERDICTS,
        "verdict_tones": wording.VERDICT_TONES,
        "binding_words": wording.BINDINGS,
        "breadcrumbs": [Crumb(_("Promise board"), reverse("promises:board") + suffix), Crumb(_("Evidence"))],
    }
    return render(request, "promises/evidence.html", context)


def _row(item: proof.Proved, suffix: str) -> Row:
    commitment, standing, seen = item.promise.commitment, item.standing, item.latest
    assert commitment is not None
    post = item.promise.binding.attesting_post if item.promise.binding else None
    ref = item.promise.indicator.ref
    return Row(
        ref,
        _address(ref, suffix),
        commitment.name,
        commitment.annual_raw or commitment.period_raw,
        standing.verdict,
        reason_words(standing.verdict, standing.reason),
        standing.binding_kind,
        str(post) if post else "",
        shown_value(seen, item.promise) if seen else "",
        seen.as_of if seen else None,
        item.waiting,
    )


def _address(ref: str, suffix: str = "") -> str:
    return reverse("promises:attest", kwargs={"slug": wording.slug_of(ref)}) + suffix


def _matches(row: Row, chosen: Mapping[str, str]) -> bool:
    words = chosen["q"].strip().lower()
    return (
        (not chosen["verdict"] or row.verdict == chosen["verdict"])
        and (not chosen["binding"] or row.binding == chosen["binding"])
        and (not words or words in f"{row.ref} {row.name} {row.target} {row.post}".lower())
    )


def _columns() -> list[Column]:
    return [
        Column("ref", _("Indicator number"), "fit", header=True),
        Column("name", _("Indicator")),
        Column("target", _("Annual target")),
        Column("value", _("Actual")),
        Column("as_of", _("As of"), "date"),
        Column("verdict", _("Verdict")),
        Column("binding", _("Proven by")),
    ]


def _filters(chosen: Mapping[str, str]) -> list[Filter]:
    verdicts = [Option(verdict.value, verdict.label) for verdict in Verdict]
    kinds = [Option(kind.value, kind.label) for kind in BindingKind]
    return [
        Filter("q", _("Search"), chosen["q"], "search", placeholder=_("Number, indicator, post")),
        Filter("verdict", _("Verdict"), chosen["verdict"], options=verdicts),
        Filter("binding", _("Proven by"), chosen["binding"], options=kinds),
    ]


def _waiting(found: Attestation) -> dict[str, Any]:
    return {
        "attestation": found,
        "href": reverse("promises:attestation", kwargs={"number": found.pk}),
        "value": stated(found),
    }


def reason_words(verdict: str, code: str) -> Words:
    """Why a promise stands where it stands."""
    return wording.reason_of(verdict, code)


def stated(found: Attestation | Observation) -> str:
    """A reported value in words people read, without its unit."""
    if found.value is None:
        return str(WORDS.get(found.value_text, found.value_text))
    return str(written(found.value.normalize()))


def shown_value(seen: Observation, promise: Promise) -> str:
    """A value with its unit."""
    found = promise.measured
    unit = value_unit(found.measure) if found and seen.value is not None else ""
    return f"{stated(seen)}{unit}"


@door("promises.view")
def attest_value(request: HttpRequest, slug: str) -> HttpResponse:
    """What proves one promise; the holder of the bound post attests a value here."""
    year, suffix = chosen_year(request)
    indicator = proof.indicator_named(year, wording.ref_of(slug))
    if request.method != "POST":
        return _page(request, year, suffix, indicator)
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    try:
        file = kept_file(request, indicator.form.unit)
    except InvalidInput as error:
        return _page(request, year, suffix, indicator, typed=typed, errors={"file": said(error)})
    if file is not None:
        typed |= {"file_id": str(file.pk), "file_name": file.name}
    try:
        attest(
            indicator=indicator,
            as_of=day(typed["as_of"]),
            value=typed["value"],
            statement=typed["statement"],
            file=file,
        )
    except InvalidInput as error:
        return _page(
            request, year, suffix, indicator, typed=typed, errors={error.field or "value": said(error)}
        )
    response = HttpResponseRedirect(_address(indicator.ref, suffix))
    return flash(response, "success", _("Attested. It counts once somebody else has approved it."))


@door("promises.view")
def bind(request: HttpRequest, slug: str) -> HttpResponse:
    """Bind a promise to what proves it."""
    year, suffix = chosen_year(request)
    indicator = proof.indicator_named(year, wording.ref_of(slug))
    if request.method != "POST":
        return HttpResponseRedirect(_address(indicator.ref, suffix))
    typed = {name: request.POST.get(name, "") for name in BIND_FIELDS}
    way = {name: typed[name] for name in ("statistic", "share_target", "due_on")}
    try:
        if typed["kind"] == BindingKind.INDICATOR:
            bind_indicator(
                indicator=indicator,
                source_name=typed["source_name"].partition("@")[0],
                source_version=typed["source_name"].partition("@")[2] or typed["source_version"] or "1",
                parameters=_parameters(typed["source_parameters"]),
                way=way,
                reason=typed["reason"],
            )
        else:
            bind_attestation(
                indicator=indicator, post=_post(indicator, typed["post"]), way=way, reason=typed["reason"]
            )
    except InvalidInput as error:
        field = {"parameters": "source_parameters"}.get(error.field, error.field)
        return _page(request, year, suffix, indicator, binding=typed, errors={field: said(error)})
    response = HttpResponseRedirect(_address(indicator.ref, suffix))
    return flash(response, "success", _("Bound. The binding before it stays on record."))


@door("promises.view")
def unbind_promise(request: HttpRequest, slug: str) -> HttpResponse:
    """End the binding of a promise."""
    year, suffix = chosen_year(request)
    indicator = proof.indicator_named(year, wording.ref_of(slug))
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in BIND_FIELDS}
        try:
            unbind(indicator=indicator, reason=typed["reason"])
        except InvalidInput as error:
            return _page(request, year, suffix, indicator, binding=typed, errors={error.field: said(error)})
    response = HttpResponseRedirect(_address(indicator.ref, suffix))
    return flash(response, "success", _("Unbound. The promise is unproven from now on."))


def _parameters(text: str) -> dict[str, str]:
    """What the indicator is asked with, as typed: one ``name=value`` in each line.

    :raises InvalidInput: if a line is none
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if any(not line.partition("=")[0].strip() or "=" not in line for line in lines):
        raise InvalidInput(
            _("A parameter is written name=value, one in each line."),
            field="source_parameters",
            code="binding.parameters",
        )
    pairs = [line.partition("=") for line in lines]
    return {name.strip(): value.strip() for name, _sign, value in pairs}


def _post(indicator: Indicator, number: str) -> Any:
    chosen = [post for post in proof.posts_for(indicator) if str(post.pk) == number]
    if not chosen:
        raise InvalidInput(_("Choose the post that attests this promise."), field="post", code="binding.post")
    return chosen[0]


def _page(
    request: HttpRequest,
    year: BudgetYear,
    suffix: str,
    indicator: Indicator,
    *,
    typed: Mapping[str, str] | None = None,
    binding: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> HttpResponse:
    promise = promise_of(indicator)
    found, commitment = promise.measured, promise.commitment
    if found is None or commitment is None:
        raise Missing(_("The version in force does not contain this promise."), code="proof.missing")
    judged = judge(promise, timezone.localdate())
    choices = [Option(word, WORDS[word]) for word in words_for(found.measure)]
    context = {
        "year": year,
        "indicator": indicator,
        "commitment": commitment,
        "meaning": show(parse(commitment.annual_raw or commitment.period_raw, commitment.name)),
        "judged": judged,
        "tone": wording.VERDICT_TONES[judged.state.value],
        "verdict": wording.VERDICTS[judged.state.value],
        "doubt": found.doubt,
        "choices": choices,
        "unit": value_unit(found.measure),
        "binding": promise.binding,
        "bindings": _told(indicator),
        "statistics": [Option("", "—"), *(Option(value, name) for value, name in STATISTICS)],
        "statistic_words": dict(STATISTICS),
        "posts": [
            Option(str(post.pk), f"{post.unit.shown_name} · {post.title}") for post in proof.posts_for(indicator)
        ],
        "sources": [
            Option(
                f"{source.name}@{source.version}",
                f"{source.title} · {source.name} {source.version} · {source.unit}",
            )
            for source in sources.registered()
        ],
        "kinds": [Option(BindingKind.ATTESTATION.value, BindingKind.ATTESTATION.label),
                  Option(BindingKind.INDICATOR.value, BindingKind.INDICATOR.label)],
        "observations": [_observed(seen, promise) for seen in reversed(promise.observations)],
        "attestations": [_waiting(a) for a in proof.attestations_of(indicator)],
        "attestation_tones": ATTESTATION_TONES,
        "may_bind": may("bind_attestation", indicator.unit_id),
        "may_attest": may("attest", indicator.unit_id) and promise.is_bound
        and promise.binding is not None and promise.binding.kind == BindingKind.ATTESTATION,
        "typed": typed or {"as_of": _default_day(year)},
        "typed_binding": binding or _typed_of(promise.binding),
        "errors": errors or {},
        "summary": summary(errors or {}),
        "attest_failed": typed is not None,
        "promise_url": reverse("promises:indicator", kwargs={"slug": wording.slug_of(indicator.ref)}) + suffix,
        "bind_url": reverse("promises:bind", kwargs={"slug": wording.slug_of(indicator.ref)}) + suffix,
        "unbind_url": reverse("promises:unbind", kwargs={"slug": wording.slug_of(indicator.ref)}) + suffix,
        "breadcrumbs": [
            Crumb(_("Evidence"), reverse("promises:evidence") + suffix),
            Crumb(indicator.ref),
        ],
    }  # fmt: skip
    return render(request, "promises/attest.html", context, status=422 if errors else 200)


def _default_day(year: BudgetYear) -> str:
    return min(timezone.localdate(), date(year.year, 12, 31)).isoformat()


def _typed_of(binding: Binding | None) -> dict[str, str]:
    """The form as the present binding would fill it in."""
    if binding is None:
        return {"kind": BindingKind.ATTESTATION.value}
    kind = binding.kind if binding.kind != BindingKind.UNBOUND else BindingKind.ATTESTATION.value
    return {
        "kind": kind,
        "post": str(binding.attesting_post_id or ""),
        "source_name": f"{binding.source_name}@{binding.source_version}" if binding.source_name else "",
        "source_parameters": "\n".join(
            f"{name}={value}" for name, value in binding.parameters.get("source", {}).items()
        ),
        **{name: str(binding.parameters.get(name, "")) for name in ("statistic", "share_target", "due_on")},
    }


def _observed(seen: Observation, promise: Promise) -> dict[str, Any]:
    return {"seen": seen, "value": shown_value(seen, promise), "proven": is_proven(seen)}


def _told(indicator: Indicator) -> list[Binding]:
    return list(indicator.bindings.select_related("attesting_post__unit", "created_by").order_by("-number"))


@door("promises.view")
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """One attestation: its value, its file, its history; approve, refuse or withdraw it."""
    found = proof.attestation_numbered(number)
    reason, errors = request.POST.get("reason", ""), {}
    if request.method == "POST":
        try:
            return _decided(request.POST.get("do", ""), found, reason)
        except InvalidInput as error:
            errors = {error.field or "reason": said(error)}
    return _decision_page(request, found, reason, errors)


def _decided(step: str, found: Attestation, reason: str) -> HttpResponse:
    if step == "approve":
        approve_attestation(attestation=found, note=reason)
        message = _("Approved. The value counts from now on.")
    elif step == "refuse":
        refuse_attestation(attestation=found, reason=reason)
        message = _("Refused. Its maker reads your reason.")
    elif step == "withdraw":
        withdraw_attestation(attestation=found, reason=reason)
        message = _("Withdrawn. The value no longer counts.")
    else:
        raise InvalidInput(
            _("Choose what to do with the attestation."), field="reason", code="attestation.step"
        )
    response = HttpResponseRedirect(reverse("promises:attestation", kwargs={"number": found.pk}))
    return flash(response, "success", message)


def _decision_page(
    request: HttpRequest, found: Attestation, reason: str, errors: Mapping[str, str]
) -> HttpResponse:
    promise = promise_of(found.indicator)
    asker = request.asker  # type: ignore[attr-defined]
    own = found.made_by_id == asker.account_id
    waiting = found.state == AttestationState.SUBMITTED
    measured = promise.measured
    context = {
        "found": found,
        "promise": promise,
        "commitment": promise.commitment,
        "value": stated(found),
        "unit": value_unit(measured.measure) if measured and found.value is not None else "",
        "tone": ATTESTATION_TONES[found.state],
        "events": _events(found),
        "may_decide": waiting and not own and may("approve_attestation", found.unit_id),
        "may_withdraw": own and found.state in (AttestationState.SUBMITTED, AttestationState.APPROVED),
        "own": own,
        "waiting": waiting,
        "reason": reason,
        "errors": errors,
        "summary": summary(errors),
        "file_url": reverse("files:file", kwargs={"pk": found.file_id}),
        "evidence_url": _address(found.indicator.ref),
        "observation": Observation.objects.filter(attestation=found).first(),
        "breadcrumbs": [
            Crumb(_("Evidence"), reverse("promises:evidence")),
            Crumb(found.indicator.ref, _address(found.indicator.ref)),
            Crumb(_("Attestation")),
        ],
    }
    return render(request, "promises/attestation.html", context, status=422 if errors else 200)


def _events(found: Attestation) -> Sequence[TimelineEvent]:
    events = [
        TimelineEvent(
            _("Attested"), found.made_at, f"{found.made_by} · {found.post_title}", found.statement, "info"
        )
    ]
    if found.decided_at is not None:
        label = AttestationState(found.state).label
        events.insert(
            0,
            TimelineEvent(
                label, found.decided_at, str(found.decided_by or ""), found.decision_reason,
                ATTESTATION_TONES[found.state],
            ),
        )  # fmt: skip
    return events
