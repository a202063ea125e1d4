"""Every page in a real browser: no errors, no breach of the content policy, nothing wider than its window, and no
barrier that axe knows of."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from chengshu.hub.catalogue.routes import Route
from tests.browser.conftest import Site, key_of, page_routes
from tests.browser.windows import AXE, DESK, PHONE

FOR_NOBODY = {
    "identity:tokens": "no token is issued in this district",
    "identity:revoke_token": "no token is issued in this district",
}


@pytest.mark.parametrize("route", page_routes(), ids=lambda r: r.pattern)
def test_a_page_is_sound_at_desk_and_on_a_phone(route: Route, site: Site, stack: ExitStack) -> None:
    if route.name in FOR_NOBODY:
        pytest.skip(FOR_NOBODY[route.name])
    visitor = site.visitor_for(route)
    assert visitor is not None, "nobody of the cast may see this page"
    path = site.ways[key_of(route)].path
    window = site.window(stack, visitor.name, size=DESK)
    probe = window.page.context.request.get(f"{site.url}{path}", max_redirects=0)
    assert probe.status < 500
    is_whole_page = "html" in probe.headers.get("content-type", "") and "<title>" in probe.text()
    if probe.status != 200 or not is_whole_page:
        return
    wrong = [f"{visitor.name} at {path}"]
    window.open(path)
    if AXE.exists():
        wrong += window.axe()
    wrong += [f"a choice of {name} has no name" for name in window.nameless_choices()]
    wrong += [f"{window.overflow()} px too wide at a desk"] if window.overflow() > 0 else []
    window.page.set_viewport_size(PHONE)
    window.page.reload(wait_until="networkidle")
    wrong += [f"{window.overflow()} px too wide on a phone"] if window.overflow() > 0 else []
    assert wrong[1:] + window.complaints == [], wrong[0]


def test_axe_is_installed(site: Site) -> None:
    """Without it the pages above would pass unseen."""
    assert AXE.exists(), "npm ci in frontend/ installs axe-core"
