"""Case types as scenes declare them: a model shipped with the code, deployed with the base data.

register_case_types(CaseType("sample.seal_use", _("Use of a seal"), process="processes/seal_use.bpmn"))
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from chengshu.foundation.errors import Words


@dataclass(frozen=True)
class CaseType:
    """A process of a scene.

    :param key: ``<scene>.<name>``; of the process's definition
    :param process: path of the BPMN file beside the declaring module
    :param decisions: paths of DMN files whose decisions the process asks
    :param called: paths of BPMN files of processes it calls
    :param unit: key of the unit that owns it, and whose cases they are unless the opener says otherwise
    """

    key: str
    title: Words
    process: str
    decisions: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    unit: str = "data-bureau"


@dataclass(frozen=True)
class Registered:
    case_type: CaseType
    scene: str
    folder: Path


_registered: dict[str, Registered] = {}


def register_case_types(*case_types: CaseType) -> None:
    """Declare case types from a scene's ``case_types.py``; paths are relative to that file."""
    caller = sys._getframe(1)
    folder = Path(caller.f_code.co_filename).parent
    scene = str(caller.f_globals.get("__name__", "")).split(".")[-2]
    for case_type in case_types:
        _registered[case_type.key] = Registered(case_type, scene, folder)


def registered_case_types() -> tuple[Registered, ...]:
    return tuple(_registered.values())
