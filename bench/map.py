"""The map of the cockpit with twenty thousand simulated devices: the endpoint whole, in part and unchanged; the
pulse of an unchanged view; and frames per second in headless Chromium while panning and zooming.

All devices are simulated and spread over a field around the district. Chromium draws in software here (SwiftShader on
the same two processors as server and database): a screen with a graphics card draws faster. The server is the real one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.measuring import Report, percentile, run

DEVICES = 20_000
CHANGED = 200
RUNS = 20
WEBGL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
SECONDS_OF_MOVING = 6
_MOVE = """async (seconds) => {
  const map = document.querySelector('[data-island="point-map"]').pointMap
  const frames = []
  let last = performance.now(), end = last + seconds * 1000, turn = 0
  const steps = [() => map.panBy([400, 0], {duration: 900}), () => map.zoomTo(map.getZoom() + 2, {duration: 900}),
                 () => map.panBy([-300, 200], {duration: 900}), () => map.zoomTo(map.getZoom() - 2, {duration: 900})]
  map.on('moveend', () => steps[turn++ % steps.length]())
  steps[turn++]()
  while (performance.now() < end) {
    await new Promise(requestAnimationFrame)
    const now = performance.now(); frames.push(now - last); last = now
  }
  return frames
}"""


def measure(report: Report, folder: Path) -> None:
    from django.core.management import call_command
    from django.db import connections

    from chengshu.foundation.testing.browser import committed_cast, serving, session_cookie

    call_command("load_base_data", verbosity=0)
    supervisor = committed_cast()["supervisor"]
    seed(connections["owner"], DEVICES)
    token = session_cookie(supervisor)
    with serving(folder / "site", workers=2) as served:
        _time_points(report, served, token, connections["owner"])
        _time_pulse(report, served, token)
        _time_frames(report, served, token)


def seed(owner: Any, count: int) -> None:
    """So many simulated devices of all units, most of them online, some with an open alarm."""
    with owner.cursor() as cursor:
        cursor.execute(
            "INSERT INTO streams_thingmodel (key, title, manufacturer, unit_id, created_at)"
            " SELECT 'sim-gauge', '模拟水位计', '', min(id), now() FROM orgs_unit RETURNING id"
        )
        model = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO streams_device (code, title, model_id, unit_id, state, protocol, place, grid_code, longitude,"
            " latitude, heartbeat_s, is_simulated, registered_at)"
            " SELECT 'sim-' || lpad(n::text, 6, '0'), '模拟设备 ' || n, %s, (array_agg(u.id))[1 + n %% count(u.id)],"
            " CASE WHEN n %% 97 = 0 THEN 'maintenance' WHEN n %% 89 = 0 THEN 'faulty' ELSE 'active' END,"
            " 'mqtt', '', '',"
            " round((113.40 + 0.25 * (hashint4(n)::bigint + 2147483648) / 4294967296.0)::numeric, 7),"
            " round((22.60 + 0.30 * (hashint4(n + 500000)::bigint + 2147483648) / 4294967296.0)::numeric, 7),"
            " 86400, true, now() FROM generate_series(1, %s) AS n, orgs_unit u GROUP BY n",
            [model, count],
        )
        cursor.execute(
            "INSERT INTO streams_presence (device_id, unit_id, last_received, accepted, late, duplicate, quarantined)"
            " SELECT id, unit_id, CASE WHEN id %% 23 = 0 THEN now() - interval '30 days' ELSE now() END, 1, 0, 0, 0"
            " FROM streams_device WHERE model_id = %s AND id %% 31 <> 0",
            [model],
        )
        cursor.execute(
            "INSERT INTO streams_alarmrule (key, number, title, unit_id, level, condition, hides_children, advice,"
            " defined_at) SELECT 'sim-high-' || level, 1, '模拟水位超限', min(u.id), level, '{}', false, '', now()"
            " FROM generate_series(1, 4) AS level, orgs_unit u GROUP BY level RETURNING id, level"
        )
        for rule, level in cursor.fetchall():
            cursor.execute(
                "INSERT INTO streams_alarm (rule_id, unit_id, subject_kind, subject_id, device_id, level, state,"
                " reason, value, step, flapping, raised_at, announced_at)"
                " SELECT %s, unit_id, 'device', id, id, %s, 'raised', '', 9, 0, false, now(), now()"
                " FROM streams_device WHERE model_id = %s AND id %% 400 = %s",
                [rule, level, model, level],
            )
        cursor.execute("ANALYZE streams_device, streams_presence, streams_alarm")


def _client(served: Any, token: str) -> Any:
    import httpx

    from chengshu.foundation.identity.sessions import COOKIE

    return httpx.Client(base_url=served.url, cookies={COOKIE: token}, trust_env=False, timeout=60)


def _time_points(report: Report, served: Any, token: str, owner: Any) -> None:
    path = "/cockpit/map/points/"
    with _client(served, token) as client:
        whole = client.get(path)
        assert whole.status_code == 200, whole.status_code
        report.add("points whole, sent", "bytes", [len(whole.content)])
        report.add("points whole", "ms", _taken(lambda: client.get(path), RUNS))
        tag, mark = whole.headers["ETag"], whole.headers["Chengshu-Mark"]
        unchanged = client.get(path, params={"since": mark}, headers={"If-None-Match": tag})
        assert unchanged.status_code == 304, unchanged.status_code
        report.add(
            "points unchanged",
            "ms",
            _taken(lambda: client.get(path, params={"since": mark}, headers={"If-None-Match": tag}), RUNS),
        )
        with owner.cursor() as cursor:
            cursor.execute(
                "UPDATE streams_device SET state = 'stopped' WHERE id IN"
                " (SELECT id FROM streams_device WHERE state = 'active' ORDER BY id LIMIT %s)",
                [CHANGED],
            )
        part = client.get(path, params={"since": mark})
        report.add(f"points with {CHANGED} changed, sent", "bytes", [len(part.content)])
        report.add(
            f"points with {CHANGED} changed",
            "ms",
            _taken(lambda: client.get(path, params={"since": mark}), RUNS),
        )


def _time_pulse(report: Report, served: Any, token: str) -> None:
    """What an unchanged view costs the server: time of its processors, not of the clock."""
    path = "/cockpit/views/district/pulse/"
    with _client(served, token) as client:
        tag = client.get(path).headers["ETag"]
        for _warming in range(20):
            client.get(path, headers={"If-None-Match": tag})
        before, kept = served.cpu_s(), 0
        taken = []
        for _run in range(200):
            begun = time.perf_counter()
            kept += client.get(path, headers={"If-None-Match": tag}).status_code == 304
            taken.append((time.perf_counter() - begun) * 1000)
        report.add("pulse, server processor time each", "ms", [(served.cpu_s() - before) * 1000 / 200])
        report.add("pulse", "ms", taken)
        report.add("pulse, answered as unchanged", "of 200", [kept])


def _taken(ask: Callable[[], Any], runs: int) -> list[float]:
    taken = []
    for _run in range(runs):
        begun = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def _time_frames(report: Report, served: Any, token: str) -> None:
    from playwright.sync_api import sync_playwright

    from chengshu.foundation.identity.sessions import COOKIE
    from chengshu.foundation.runtime.doctor import chromium

    with sync_playwright() as play:
        window = play.chromium.launch(executable_path=str(chromium()), args=["--no-sandbox", *WEBGL])
        context = window.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": COOKIE, "value": token, "url": served.url}])
        page = context.new_page()
        begun = time.perf_counter()
        page.goto(f"{served.url}/cockpit/map/")
        page.wait_for_selector("[data-island='point-map'][data-ready]", timeout=120_000)
        report.add("map, opened until its points are there", "ms", [(time.perf_counter() - begun) * 1000])
        page.wait_for_timeout(2000)
        frames = sorted(page.evaluate(_MOVE, SECONDS_OF_MOVING)[1:])
        report.add("map, frames per second while moving", "1/s", [1000 * len(frames) / sum(frames)])
        report.add("map, time of a frame, p95", "ms", [percentile(frames, 95)])
        window.close()


if __name__ == "__main__":
    sys.exit(run("map", measure))
