"""Load proofs: who may not, files refused by line, figures from samples, the second person, the numbers."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.utils import ProgrammingError
from django.test import Client
from django.utils import timezone

from chengshu.engines.indicators import api as indicators
from chengshu.engines.indicators.data import month
from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Conflict, InvalidFile, InvalidInput, Refused
from chengshu.foundation.testing.personas import Cast
from chengshu.scenes.operations.actions import review_load
from chengshu.scenes.operations.models import LoadProof, LoadReview
from chengshu.scenes.operations.reckoning.loads import read_samples, reckon
from chengshu.scenes.operations.tests.builders import contract, desk, load, samples, service, supplier

HEAD = b"start,duration_ms,status\n"


def value(name: str, project: str = "%") -> Decimal | None:
    today = timezone.localdate()
    found = indicators.compute(
        name=f"operations.{name}", period=month(today.year, today.month), parameters={"project": project}
    )
    return found.value


def test_a_supplier_records_what_is_its_own_and_reviews_nothing(cast: Cast) -> None:
    its, other = service(contract(supplier=supplier())), service()
    me, stranger = desk(), desk("乙")
    with asking(me.asker()):
        proof = load(its)
        with pytest.raises(Refused):
            review_load(proof=proof, accepted=True, reason="自审")
        with pytest.raises(Refused):
            load(other)
    with asking(stranger.asker()):
        assert not LoadProof.objects.exists()
        with pytest.raises(Refused):
            load(its)


def test_whoever_recorded_it_does_not_review_it(cast: Cast) -> None:
    its = service()
    with asking(cast["section_head"].asker()):
        proof = load(its)
        with pytest.raises(Refused) as refused:
            review_load(proof=proof, accepted=True, reason="已核对")
    assert refused.value.code == "operations.own_proof"
    with asking(cast["department_head"].asker()):
        assert review_load(proof=proof, accepted=True, reason="已核对").accepted
        with pytest.raises(Conflict):
            review_load(proof=proof, accepted=False, reason="再看")


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        (b"", 1, "start"),
        (b"start,duration_ms\n", 1, "status"),
        (HEAD + b"2025-03-14T09:00:00,5,200\n", 2, "start"),
        (HEAD + b"1741914000.5,5,200\n99,5,200\n", 3, "start"),
        (HEAD + b"1741914000.5,-1,200\n", 2, "duration_ms"),
        (HEAD + b"1741914000.5,NaN,200\n", 2, "duration_ms"),
        (HEAD + b"1741914000.5,5,fine\n", 2, "status"),
        (HEAD + b"1741914000.5,5\n", 2, ""),
        (b'{"start": 1741914000, "duration_ms": 5, "status": 200}\nnonsense\n', 2, ""),
        (b"[1]\n", 1, "start"),
        (b"\xff\xfe", 0, ""),
    ],
    ids=str,
)
def test_a_file_that_cannot_be_read_says_where(content: bytes, line: int, told: str) -> None:
    with pytest.raises(InvalidFile) as refused:
        read_samples(content)
    place = refused.value.place
    assert (place.line if place else 0) == line
    assert told in str(refused.value)


def test_the_figures_follow_from_the_samples() -> None:
    """Four requests of 100, 200, 300 and 400 ms, all begun at once, and one of 1 s that failed."""
    rows = [(0, 100, 200), (0, 200, 204), (0, 300, 302), (0, 400, 200), (0, 1000, 504)]
    lines = "".join(f"{1_741_914_000 + at},{lasting},{status}\n" for at, lasting, status in rows)
    figures = reckon(read_samples(HEAD + lines.encode()))
    assert (figures.requests, figures.failed, figures.failed_percent) == (5, 1, Decimal("20.00"))
    assert (figures.lasted_s, figures.throughput) == (Decimal("1.000"), Decimal("4.000"))
    assert (figures.mean_ms, figures.p50_ms, figures.longest_ms) == (250, 200, 400)
    assert (figures.p95_ms, figures.p99_ms) == (400, 400)
    assert (figures.in_flight, figures.most_in_flight) == (1, 5)


def test_ndjson_and_csv_say_the_same() -> None:
    csv = samples(requests=50)
    rows = [line.split(",") for line in csv.decode().splitlines()[1:]]
    told = "\n".join(
        json.dumps({"start": start, "duration_ms": int(lasting), "status": int(status)})
        for start, lasting, status in rows
    )
    assert reckon(read_samples(told.encode())) == reckon(read_samples(csv))


def test_a_run_in_which_nothing_succeeded_has_no_figures() -> None:
    with pytest.raises(InvalidFile):
        reckon(read_samples(samples(requests=3, failed=3)))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (samples(requests=900, every_ms=100), "operations.few_requests"),
        (samples(requests=1000, every_ms=10), "operations.short_run"),
        (samples(begun="2099-01-01T00:00:00+08:00"), "operations.future"),
    ],
    ids=["few", "short", "future"],
)
def test_a_run_that_proves_nothing_is_refused(db: None, content: bytes, code: str) -> None:
    with pytest.raises(InvalidFile) as refused:
        load(content=content)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"target": " "}, "target"),
        ({"environment": ""}, "environment"),
        ({"mix": ""}, "mix"),
        ({"planned_in_flight": 0}, "planned_in_flight"),
        ({"planned_s": 90_000}, "planned_s"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_by_field(db: None, given: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        load(**given)
    assert refused.value.field == field


def test_the_same_samples_prove_nothing_twice(db: None) -> None:
    its, content = service(), samples()
    load(its, content=content)
    with pytest.raises(Conflict):
        load(its, content=content, target="另一个接口")


def test_too_many_failures_are_never_accepted(db: None) -> None:
    proof = load(content=samples(failed=61))
    assert proof.failed_percent == Decimal("1.02")
    with pytest.raises(Conflict):
        review_load(proof=proof, accepted=True, reason="已核对")
    assert not review_load(proof=proof, accepted=False, reason="失败过多").accepted


def test_of_two_reviews_at_once_the_second_is_told(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = load()
    review_load(proof=proof, accepted=True, reason="已核对")
    monkeypatch.setattr(QuerySet, "exists", lambda _self: False)
    with pytest.raises(Conflict):
        review_load(proof=proof, accepted=False, reason="同时复核")
    assert LoadReview.objects.count() == 1


def test_only_what_was_accepted_counts_and_the_later_replaces_the_earlier(db: None) -> None:
    its = service(contract(project="P36"))
    begun = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    first = load(its, content=samples(begun=begun.isoformat()))
    assert value("load_throughput", "P36") is None
    review_load(proof=first, accepted=True, reason="已核对")
    assert value("load_throughput", "P36") == first.throughput
    assert value("load_mean_time", "P36") == Decimal("0.04")
    assert value("load_in_flight", "P36") == 4
    later = begun.replace(minute=10).isoformat()
    slower = load(its, content=samples(every_ms=20, lasting_ms=500, begun=later))
    assert value("load_p95_time", "P36") == Decimal("0.04"), "not reviewed yet"
    review_load(proof=slower, accepted=True, reason="复测")
    assert value("load_p95_time", "P36") == Decimal("0.5")
    assert value("load_throughput", "P36") == slower.throughput
    assert value("load_throughput", "P37") is None


def test_nobody_changes_a_proof_or_its_review(db: None) -> None:
    proof = load()
    review_load(proof=proof, accepted=True, reason="已核对")
    for table in ("operations_loadproof", "operations_loadreview"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET supplier_id = NULL")


def test_a_proof_goes_from_its_file_to_its_review_on_the_pages(signed_in: object, cast: Cast) -> None:
    its = service()
    client: Client = signed_in("section_head")  # type: ignore[operator]
    given = {
        "service": its.pk,
        "target": "GET /find/",
        "environment": "生产",
        "mix": "查询",
        "planned_in_flight": "5",
        "planned_s": "60",
    }
    bad = SimpleUploadedFile("samples.csv", HEAD + b"x,5,200\n")
    refused = client.post("/operations/loads/new/", {**given, "file": bad})
    assert refused.status_code == 422
    assert "GET /find/" in refused.content.decode()
    good = SimpleUploadedFile("samples.csv", samples())
    assert client.post("/operations/loads/new/", {**given, "file": good}).status_code == 302
    proof = LoadProof.objects.get()
    page = f"/operations/loads/{proof.pk}/"
    said = {"verdict": "yes", "reason": "已核对"}
    assert client.post(f"{page}review/", said).status_code == 403
    second: Client = signed_in("department_head")  # type: ignore[operator]
    assert second.post(f"{page}review/", {"verdict": "", "reason": ""}).status_code == 422
    assert second.post(f"{page}review/", said).status_code == 302
    assert LoadReview.objects.get(proof=proof).accepted
    assert second.get(f"{page}samples/").content.startswith(HEAD.strip())
    assert proof.samples.sm3 in second.get(page).content.decode()
    assert second.get("/operations/loads/").status_code == 200
    assert signed_in("window_clerk").get(page).status_code == 403  # type: ignore[operator]
