"""A gateway process for tests that kill it: ``python gateway_process.py FOLDER PORT``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from chengshu.engines.streams.data import SIMULATED
from chengshu.engines.streams.gateway.admission import Admitted, Credentials
from chengshu.engines.streams.gateway.serving import Doors
from chengshu.engines.streams.tests.gateways import KnownDevices, run, serving
from chengshu.engines.streams.wire import Reason


class SimulatedDevices(KnownDevices):
    """Every simulated device, by its number."""

    async def admit(self, shown: Credentials) -> Admitted | Reason:
        if not shown.client_id.startswith(SIMULATED) or shown.password != b"simulated":
            return Reason.BAD_USER_NAME_OR_PASSWORD
        return Admitted(int(shown.client_id.removeprefix(SIMULATED)), shown.client_id)

    async def known(self, code: str) -> Admitted | Reason:
        return Admitted(int(code.removeprefix(SIMULATED)), code)


async def serve(folder: Path, port: int) -> None:
    async with serving(folder, SimulatedDevices(), doors=Doors(mqtt=port)):
        print("listening", flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    run(serve(Path(sys.argv[1]), int(sys.argv[2])))
