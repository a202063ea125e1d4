"""The process that owns the columnar store: ``python -m chengshu.engines.streams.columns.owner``.

It takes a free loopback port, writes it to ``run/columns-port`` once it answers, and ends in good order on SIGTERM.
A second one on the same data directory finds the store locked and says so.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from chengshu.engines.streams.columns.engine import Engine, EngineRefusal
from chengshu.engines.streams.columns.serving import ColumnsServer
from chengshu.foundation import config
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.secrets import secret

NAMED = "columns"
"""What the password is called among the secrets of the installation."""


def port_file(layout: Layout) -> Path:
    return layout.run / "columns-port"


def store_folder(layout: Layout) -> Path:
    return layout.data / "columns"


def main() -> int:
    """Serve until told to stop."""
    layout = Layout.from_environment()
    try:
        engine = Engine(store_folder(layout))
    except EngineRefusal as refused:
        sys.stderr.write(f"The columnar store cannot be opened: {refused}\n")
        return 1
    server = ColumnsServer(
        engine, secret(NAMED, layout), config.number("CHENGSHU_COLUMNS_PORT", 0, least=0, most=65535)
    )
    _stop_on_signals(server)
    _tell_port(port_file(layout), server.server_port)
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        server.end()
        engine.close()
        port_file(layout).unlink(missing_ok=True)
    return 0


def _stop_on_signals(server: ColumnsServer) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()  # it waits for the loop we stand in

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _tell_port(path: Path, port: int) -> None:
    """Renaming is atomic: nobody reads half a number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(str(port), encoding="ascii")
    draft.rename(path)


if __name__ == "__main__":
    raise SystemExit(main())
