"""A window of a real browser on the served platform, which keeps everything that the page complained about."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from chengshu.foundation.identity.sessions import COOKIE
from chengshu.foundation.runtime.layout import ROOT

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Window:
    """One page of a browser, and everything it complained about.

    :ivar complaints: console errors, uncaught exceptions and breaches of the content policy
    """

    page: Any
    url: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: Any) -> None:
        """Keep errors, except that a page itself was refused: whoever opened it looks at its status."""
        refused = "status of 4" in message.text and "/static/" not in message.location["url"]
        if message.type == "error" and not refused:
            self.complaints.append(f"{message.text} {message.location['url']}")

    def open(self, path: str) -> int:
        """Go to one of our pages; its status."""
        answer = self.page.goto(f"{self.url}{path}", wait_until="load")
        return int(answer.status)

    def overflow(self) -> int:
        """Pixels by which the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def nameless_choices(self) -> list[str]:
        """Fields that offer something which has no name."""
        offered = "[...document.querySelectorAll('select option')]"
        named = self.page.evaluate(f"{offered}.filter(o => !o.label.trim()).map(o => o.parentElement.name)")
        return sorted(set(named))

    def axe(self) -> list[str]:
        """What axe finds: rule, impact and the first element."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:160]}" for v in found["violations"]]


def open_window(
    stack: ExitStack,
    chromium: Any,
    url: str,
    *,
    cookie: str = "",
    size: dict[str, int] | None = None,
    language: str = "zh-hans",
) -> Window:
    """A new window of its own, without anything remembered; signed in if a session's cookie is given."""
    context = chromium.new_context(viewport=size or DESK, locale="zh-CN", reduced_motion="reduce")
    stack.callback(context.close)
    cookies = {"chengshu_language": language, COOKIE: cookie}
    context.add_cookies([{"name": k, "value": v, "url": url} for k, v in cookies.items() if v])
    page = context.new_page()
    page.set_default_timeout(30_000)
    return Window(page, url)
