"""Where everything lies in the data directory; knows paths only, touches nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chengshu.foundation import config

ROOT = Path(__file__).resolve().parents[4]
"""The checkout."""

PACKAGE = ROOT / "src" / "chengshu"


@dataclass(frozen=True, slots=True)
class Layout:
    """The data directory and the places inside it.

    :param data: the data directory, absolute
    """

    data: Path

    @classmethod
    def from_environment(cls) -> Layout:
        return cls(config.folder("CHENGSHU_DATA_DIR", ROOT / "var"))

    @property
    def secrets(self) -> Path:
        return self.data / "secrets"

    @property
    def logs(self) -> Path:
        return self.data / "log"

    @property
    def run(self) -> Path:
        """Pid file, lock and what processes tell each other; worthless when nothing runs."""
        return self.data / "run"

    @property
    def files(self) -> Path:
        """The content-addressed store of uploaded files."""
        return self.data / "files"

    @property
    def stamps(self) -> Path:
        return self.data / "stamps"

    @property
    def cluster_pointer(self) -> Path:
        """Names the cluster's home when the data directory itself cannot hold it."""
        return self.data / "postgres-home"

    @property
    def socket_pointer(self) -> Path:
        """Names the socket's directory when the cluster's home has too long a path."""
        return self.data / "postgres-socket"

    @property
    def cluster_home(self) -> Path:
        return _pointed(self.cluster_pointer) or self.data / "postgres"

    @property
    def cluster_data(self) -> Path:
        return self.cluster_home / "data"

    @property
    def socket_directory(self) -> Path:
        return _pointed(self.socket_pointer) or self.cluster_home / "socket"


def _pointed(pointer: Path) -> Path | None:
    try:
        return Path(pointer.read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return None
