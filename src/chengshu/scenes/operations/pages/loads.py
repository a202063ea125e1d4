"""Load proofs: the list, a new one from its raw samples, one with its figures and its review."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import ChengshuError, InvalidInput, Words
from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Option
from chengshu.foundation.web.typed import errors, picked, whole
from chengshu.scenes.operations import actions, facts, queries
from chengshu.scenes.operations.actions.loads import MOST_BYTES
from chengshu.scenes.operations.models import Contract, LoadProof
from chengshu.scenes.operations.pages.forms import HANDLED, options

COLUMNS: Final = (
    Column("target", _("Target of the load test"), header=True),
    Column("service", _("Service concerned")),
    Column("began_at", _("Run at"), kind="datetime"),
    Column("throughput", _("Throughput (RPS)"), kind="number"),
    Column("p95_ms", _("95th percentile (ms)"), kind="number"),
    Column("state", _("State"), kind="fit"),
)


def standing_of(proof: LoadProof, counts: LoadProof | None) -> tuple[Words, str]:
    """What a proof is worth now, in a word and a tone."""
    review = getattr(proof, "review", None)
    if review is None:
        return _("Waits for review"), "caution"
    if not review.accepted:
        return _("Turned down"), "negative"
    if counts is not None and counts.pk != proof.pk:
        return _("Replaced by a later one"), "neutral"
    return _("Counts"), "positive"


@door("operations.view")
def listing(request: HttpRequest) -> HttpResponse:
    rows = list(queries.load_proofs()[:200])
    context = {
        "columns": COLUMNS,
        "proofs": rows,
        "standings": {row.pk: standing_of(row, queries.counting_proof(row)) for row in rows},
    }
    return render(request, "operations/loads.html", context)


@door("operations.record_load")
def new(request: HttpRequest) -> HttpResponse:
    """Take the raw samples of a run in; whatever was typed stays when the file is refused."""
    if request.method != "POST":
        return _form(request, None)
    given = request.POST
    try:
        name, content = _sent(request)
        proof = actions.record_load(
            service=picked(_services(), given.get("service", ""), "service"),
            target=given.get("target", ""),
            environment=given.get("environment", ""),
            mix=given.get("mix", ""),
            planned_in_flight=whole(given.get("planned_in_flight", ""), "planned_in_flight"),
            planned_s=whole(given.get("planned_s", ""), "planned_s"),
            file_name=name,
            content=content,
        )
    except HANDLED as error:
        return _form(request, error)
    return flash(
        _to(proof.pk), "success", _("The samples are kept and reckoned. Somebody else reviews them.")
    )


def _sent(request: HttpRequest) -> tuple[str, bytes]:
    """
    :raises InvalidInput: ``file`` if none was sent, or one too large
    """
    sent = request.FILES.get("file")
    if sent is None or (sent.size or 0) > MOST_BYTES:
        raise InvalidInput(_("Choose a file of up to 100 MB."), field="file", code="operations.no_file")
    return sent.name or "samples.csv", sent.read()


def _services() -> list[Any]:
    """Services of the contracts that the asker sees."""
    seen = Contract.objects.filter(closed_on=None).values("pk")
    return list(queries.services_to_report().filter(contract_id__in=seen).select_related("contract", "unit"))


def _form(request: HttpRequest, error: ChengshuError | None) -> HttpResponse:
    context = {
        "services": options(_services()),
        "limits": facts.load_limits(),
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "operations/new_load.html", context, status=422 if error else 200)


@door("operations.view")
def one(request: HttpRequest, proof_id: int) -> HttpResponse:
    return _page(request, queries.load_proof_by_id(proof_id))


def _page(request: HttpRequest, proof: LoadProof, error: ChengshuError | None = None) -> HttpResponse:
    counts, me = queries.counting_proof(proof), current_asker()
    review = getattr(proof, "review", None)
    context = {
        "proof": proof,
        "review": review,
        "standing": standing_of(proof, counts),
        "later": counts if counts is not None and counts.pk != proof.pk else None,
        "limits": facts.load_limits(),
        "may_review": review is None
        and me.holds_at("operations.review_load", proof.unit_id)
        and (proof.by_id is None or proof.by_id != me.account_id),
        "verdicts": [Option("yes", _("It counts")), Option("no", _("Turn it down"))],
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "operations/load.html", context, status=422 if error else 200)


@door("operations.review_load")
@require_POST
def review(request: HttpRequest, proof_id: int) -> HttpResponse:
    proof, given = queries.load_proof_by_id(proof_id), request.POST
    try:
        if given.get("verdict") not in ("yes", "no"):
            raise InvalidInput(_("Choose one of the list."), field="verdict", code="operations.choice")
        actions.review_load(proof=proof, accepted=given["verdict"] == "yes", reason=given.get("reason", ""))
    except HANDLED as error:
        return _page(request, proof, error)
    return flash(_to(proof_id), "success", _("The review is recorded."))


@door("operations.view")
def samples(request: HttpRequest, proof_id: int) -> HttpResponse:
    """The file as it was uploaded."""
    proof = queries.load_proof_by_id(proof_id)
    with proof.samples.open() as stored:
        answer = HttpResponse(stored.read(), content_type=proof.samples.media_type)
    answer["Content-Disposition"] = disposition(proof.file_name)
    return answer


def _to(proof_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("operations:load", args=[proof_id]))
