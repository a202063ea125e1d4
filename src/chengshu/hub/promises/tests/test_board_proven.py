"""The board and the promise page once there is evidence."""

from __future__ import annotations

from django.test import Client

from chengshu.hub.promises.tests.proof_world import COUNT, World


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_the_board_opens_on_the_verdicts_once_something_is_proven(world: World) -> None:
    world.bind(COUNT)
    world.prove(COUNT, "120")
    page = text(world.client("department_officer"), "/promises/")
    assert "field-board--verdict" in page
    assert "heat__cell--positive" in page


def test_the_promise_page_shows_the_value_its_evidence_and_the_target(world: World) -> None:
    world.bind(COUNT)
    proven = world.prove(COUNT, "120")
    page = text(world.client("department_officer"), f"/promises/{COUNT.replace('#', '-')}/")
    assert proven.evidence_digest in page
    assert "Meets the number" in page
    assert "report.txt" in page
