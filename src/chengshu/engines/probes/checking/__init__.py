"""Asking: one coroutine for each kind of check; ``perform`` picks it, holds it to its time and never raises."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from chengshu.engines.probes.checking import broker, database, login, names, ports, web
from chengshu.engines.probes.checking.answers import Answer, Asked, Surroundings, Unanswered
from chengshu.engines.probes.guarding import NoSuchName, NotAllowed
from chengshu.engines.probes.kinds import CheckKind

ASKING: Final[Mapping[str, Callable[[Asked, Surroundings], Awaitable[Answer]]]] = {
    CheckKind.HTTP: web.ask,
    CheckKind.LOGIN: login.ask,
    CheckKind.TCP: ports.ask_port,
    CheckKind.ICMP: ports.ask_echo,
    CheckKind.TLS: ports.ask_certificate,
    CheckKind.DNS: names.ask,
    CheckKind.MQTT: broker.ask,
    CheckKind.POSTGRES: database.ask,
}


async def perform(asked: Asked, around: Surroundings) -> Answer:
    """Ask once; whatever goes wrong is an answer too. The answer tells how long it took in microseconds."""
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(asked.timeout_ms / 1000):
            answer = await ASKING[asked.kind](asked, around)
    except Unanswered as error:
        answer = error.answer
    except NotAllowed as error:
        answer = Answer("impossible", "not_allowed", str(error))
    except NoSuchName as error:
        answer = Answer("failed", "no_name", str(error))
    except TimeoutError:
        answer = Answer("failed", "time_out", f"{asked.timeout_ms} ms")
    except ConnectionRefusedError:
        answer = Answer("failed", "refused")
    except ssl.SSLError as error:
        answer = Answer("failed", "tls", getattr(error, "verify_message", "") or str(error.reason or error))
    except (OSError, EOFError) as error:
        answer = Answer("failed", "unreachable", getattr(error, "strerror", None) or type(error).__name__)
    except Exception as error:  # an answer nobody foresaw must not take the other checks with it
        answer = Answer("failed", "broken_answer", type(error).__name__)
    return answer.after(round((time.perf_counter() - begun) * 1_000_000))


__all__ = ["Answer", "Asked", "Surroundings", "perform"]
