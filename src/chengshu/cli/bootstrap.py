"""Brings ``.venv`` up to date with a lock file. Runs on a bare Python: the standard library only, nothing
of ours.

Starts at the same moment wait for one another. A build that broke off leaves no stamp and is begun anew;
what is installed comes with the hashes of the lock file or not at all.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEVELOPMENT = "requirements-dev.lock"
RUNTIME = "requirements.lock"


def expected_stamp(lock: Path, version: str) -> str:
    """What the stamp says when the environment was made from ``lock`` with this very Python."""
    return f"{hashlib.sha256(lock.read_bytes()).hexdigest()} {version}"


def is_fresh(environment: Path, lock: Path, version: str) -> bool:
    """Whether nothing has to be installed."""
    try:
        stamp = stamp_of(environment, lock).read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return stamp == expected_stamp(lock, version) and (environment / "bin" / "python").exists()


def stamp_of(environment: Path, lock: Path) -> Path:
    return environment / "stamps" / lock.name


def python_version(environment: Path) -> str:
    """The version of the environment's own Python, empty if it is missing or broken."""
    program = environment / "bin" / "python"
    try:
        return _output(program, "import platform; print(platform.python_version())")
    except (OSError, subprocess.CalledProcessError):
        return ""


def recorded_version(environment: Path) -> str:
    """The version the environment was made with; after an upgrade of the system it differs from what runs."""
    try:
        lines = (environment / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    return next((line.partition("=")[2].strip() for line in lines if line.startswith("version ")), "")


def ensure(root: Path, lock_name: str) -> bool:
    """Make or update the environment; False if there was nothing to do."""
    environment, lock = root / ".venv", root / lock_name
    if is_fresh(environment, lock, recorded_version(environment)) and _still_runs(environment):
        return False
    with _one_at_a_time(lock):
        if is_fresh(environment, lock, python_version(environment)):
            return False
        _build(root, environment, lock)
    return True


def _still_runs(environment: Path) -> bool:
    """The link to the base Python may lead nowhere, or to a newer one, after an upgrade of the system."""
    base = os.path.realpath(environment / "bin" / "python")
    minor = ".".join(recorded_version(environment).split(".")[:2])
    return os.path.exists(base) and (environment / "lib" / f"python{minor}").is_dir()


def _build(root: Path, environment: Path, lock: Path) -> None:
    if not _usable(environment):
        _say("making the virtual environment .venv")
        shutil.rmtree(environment, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(environment)], "On Debian: apt-get install python3-venv")
    _say(f"installing the packages of {lock.name} (a few minutes the first time)")
    pip = [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    _run(
        [*pip, "--require-hashes", "--no-deps", "--requirement", str(lock)],
        "Is the package registry reachable? pip's own settings, such as PIP_INDEX_URL, are honoured.",
    )
    _link_sources(root, environment)
    _write_stamps(environment, lock)


def _usable(environment: Path) -> bool:
    version = python_version(environment)
    return bool(version) and version == recorded_version(environment) and _has_pip(environment)


def _has_pip(environment: Path) -> bool:
    try:
        _output(environment / "bin" / "python", "import pip")
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _link_sources(root: Path, environment: Path) -> None:
    """A path file instead of an installation: no build step, and a moved checkout is rebuilt anyway."""
    where = _output(environment / "bin" / "python", "import sysconfig; print(sysconfig.get_path('purelib'))")
    (Path(where) / "chengshu.pth").write_text(f"{root / 'src'}\n", encoding="utf-8")


def _write_stamps(environment: Path, lock: Path) -> None:
    """The development lock holds all that the runtime lock holds, so it satisfies both."""
    satisfied = [lock, lock.with_name(RUNTIME)] if lock.name == DEVELOPMENT else [lock]
    version = python_version(environment)
    for one in satisfied:
        stamp = stamp_of(environment, one)
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(expected_stamp(one, version) + "\n", encoding="ascii")


@contextmanager
def _one_at_a_time(file: Path) -> Iterator[None]:
    with file.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("another start is preparing .venv; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command: list[str], hint: str) -> None:
    """Its output goes to stderr, so that stdout stays what the command line prints."""
    status = subprocess.run(command, stdout=sys.stderr, check=False).returncode  # noqa: S603
    if status:
        _say(f"error: {' '.join(command[:4])} … failed with status {status}")
        _say(f"next:  {hint}")
        raise SystemExit(1)


def _output(program: Path, code: str) -> str:
    return subprocess.run(  # noqa: S603
        [str(program), "-I", "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def _say(text: str) -> None:
    sys.stderr.write(f"chengshu: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    try:
        ensure(Path(sys.argv[1]), sys.argv[2])
    except KeyboardInterrupt:
        raise SystemExit(130) from None
