"""The owner process as the supervisor would run it, on a data directory of the tests' own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from chengshu.engines.streams.columns.owner import port_file
from chengshu.foundation.runtime.layout import Layout

START_PATIENCE_S = 60.0


class OwnerProcess:
    """Starts, kills and stops one owner process."""

    def __init__(self, data: Path) -> None:
        self.layout = Layout(data)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        port_file(self.layout).unlink(missing_ok=True)
        self.process = self.launched()
        deadline = time.monotonic() + START_PATIENCE_S
        while not port_file(self.layout).exists():
            assert self.process.poll() is None, "the owner process ended while it started"
            assert time.monotonic() < deadline, "the owner process does not start"
            time.sleep(0.05)

    def launched(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "chengshu.engines.streams.columns.owner"],
            env={**os.environ, "CHENGSHU_DATA_DIR": str(self.layout.data)},
            stderr=subprocess.PIPE,
        )

    def kill(self) -> None:
        """End it as a crash does."""
        assert self.process is not None
        self.process.kill()
        self.process.communicate()

    def stop(self) -> int:
        """End it in good order; its exit status."""
        assert self.process is not None
        self.process.terminate()
        self.process.communicate(timeout=START_PATIENCE_S)
        return self.process.returncode

    @property
    def port(self) -> int:
        return int(port_file(self.layout).read_text(encoding="ascii"))
