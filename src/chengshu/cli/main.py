"""The root command, and the one place where an error becomes words on stderr and an exit status."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import typer

from chengshu.cli import bench, gate, lifecycle, safekeeping, scaffold
from chengshu.cli.groups import LazyGroups
from chengshu.cli.output import complain
from chengshu.foundation.errors import ChengshuError

FAILED = 1
INTERRUPTED = 130

app = typer.Typer(
    name="chengshu",
    cls=LazyGroups,
    help="Chengshu runs a digital district and proves what it promised.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for part in (lifecycle, safekeeping, gate, bench, scaffold):
    part.register(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status.

    A traceback appears only with ``CHENGSHU_DEBUG=1``: whoever types a command gets a sentence and a next
    step.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengshu.settings")
    try:
        result = typer.main.get_command(app)(
            list(sys.argv[1:] if arguments is None else arguments),
            prog_name="./chengshu",
            standalone_mode=False,
        )
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        return _failed(error)
    return result if isinstance(result, int) else 0


def _failed(error: Exception) -> int:
    if _debugging():
        traceback.print_exception(error)
    status = getattr(error, "exit_code", FAILED)
    if isinstance(error, ChengshuError):
        complain(str(error.message), str(error.hint))
    elif hasattr(error, "format_message"):
        complain(error.format_message(), "Run it with --help to see what it takes.")
    elif type(error).__name__ in ("Exit", "Abort"):
        return int(status)
    elif isinstance(error, BrokenPipeError):
        return _silenced()
    else:
        complain(f"{type(error).__name__}: {error}", _next_step(error))
    return int(status)


def _silenced() -> int:
    """The reader of our output has gone, as in ``… | head``; nothing more can be said to it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED


def _next_step(error: Exception) -> str:
    if type(error).__name__ in ("OperationalError", "InterfaceError"):
        return "Is Chengshu running? ./chengshu status tells; ./chengshu doctor looks for the cause."
    return "Run it again with CHENGSHU_DEBUG=1 to see where it happened; ./chengshu doctor looks for causes."


def _debugging() -> bool:
    return os.environ.get("CHENGSHU_DEBUG", "").strip().lower() in ("1", "true", "yes", "on")
