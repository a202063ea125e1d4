"""The TypeScript is sound, and every island a template asks for exists."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from chengshu.foundation.web import assets

FRONTEND = Path(__file__).parents[5] / "frontend"
TSC = FRONTEND / "node_modules" / ".bin" / "tsc"
TEMPLATES = sorted(Path(__file__).parents[3].rglob("templates/**/*.html"))


def test_types_hold():
    if not TSC.exists():
        pytest.skip("the packages of frontend/ are not installed (npm ci)")
    outcome = subprocess.run([TSC, "--noEmit"], cwd=FRONTEND, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout


def test_every_island_in_a_template_is_known_and_none_is_forgotten():
    asked = {
        name for path in TEMPLATES for name in re.findall(r'data-island="([\w-]+)"', path.read_text("utf-8"))
    }
    listed = set(
        re.findall(r"import\('\./islands/([\w-]+)'\)", (FRONTEND / "src" / "main.ts").read_text("utf-8"))
    )
    assert asked == listed == {path.stem for path in (FRONTEND / "src" / "islands").glob("*.ts")}


def test_no_source_evaluates_text():
    sources = "\n".join(path.read_text("utf-8") for path in (FRONTEND / "src").rglob("*.ts"))
    assert re.findall(r"\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write", sources) == []


@pytest.fixture
def built(tmp_path, monkeypatch):
    entries = {"src/main.ts": {"file": "assets/main-1a2b.js"}}
    (tmp_path / "manifest.json").write_text(json.dumps(entries), "utf-8")
    monkeypatch.setattr(
        assets, "manifest", lambda: json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    )


@pytest.mark.usefixtures("built")
def test_an_unknown_entry_is_an_error_not_a_dead_link():
    with pytest.raises(KeyError, match=r"src/other\.ts"):
        assets.asset_path("other.ts")


@pytest.mark.usefixtures("built")
def test_a_known_entry_has_its_hashed_address():
    assert assets.asset_path("main.ts") == "dist/assets/main-1a2b.js"
    assert assets.front_end_is_built() == []


def test_a_missing_build_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setattr(assets, "manifest", dict)
    (warning,) = assets.front_end_is_built()
    assert (warning.id, "npm ci" in warning.hint) == ("web.W001", True)
