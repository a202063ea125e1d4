"""The manifest: what an app is, told by attributes of its ``AppConfig``.

An app's ``apps.py`` holds one subclass and nothing else. Everything that can be derived is derived: name and label
from the package, permissions from the actions, menu from ``navigation.py``. A file that contributes something is
found by its name (``CONTRIBUTIONS``); absent means "contributes none", a broken one fails loudly.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar, Literal, cast

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule

from chengshu.foundation.errors import Words

Stage = Literal["draft", "pilot", "live"]

CONTRIBUTIONS = (
    "actions",
    "base_data",
    "case_types",
    "events",
    "follow_ups",
    "form_types",
    "indicators",
    "listeners",
    "navigation",
    "offers",
    "panels",
    "roles",
    "services",
    "tasks",
)
"""The files imported at start; ``urls``, ``endpoints``, ``commands`` and ``processes`` by those who mount them."""


class Module(AppConfig):
    """Base of every manifest; subclasses name themselves from where they stand."""

    default = False
    title: ClassVar[Words] = ""
    owner: ClassVar[str] = ""
    open_tables: ClassVar[dict[str, str]] = {}
    """Tables of the app that are written outside actions, each with the reason; every other one is guarded."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Django falls back to a plain ``AppConfig`` without a word unless exactly one class says ``default``."""
        super().__init_subclass__(**kwargs)
        concrete = cls.__module__ != __name__
        cls.default = concrete
        if concrete:
            cls.name = cls.__module__.removesuffix(".apps")
            cls.label = cls.name.rpartition(".")[2]
            if "title" in vars(cls):
                cls.verbose_name = cast(Any, cls.title)

    @property
    def layer(self) -> str:
        return self.name.split(".")[1]

    def ready(self) -> None:
        for contribution in CONTRIBUTIONS:
            if module_has_submodule(self.module, contribution):
                import_module(f"{self.name}.{contribution}")


class Foundation(Module):
    """Part of the ground: people, power, proof."""


class Engine(Module):
    """One capability, entered only through its ``api`` and ``data``."""


class Hub(Module):
    """A place where engines meet."""


class Scene(Module):
    """One city job.

    ``stage`` is the rung of the quality ladder; ``uses`` names the engines and hub parts it imports, and a
    contract test holds that list true both ways.
    """

    stage: ClassVar[Stage] = "draft"
    uses: ClassVar[tuple[str, ...]] = ()


def modules() -> list[Module]:
    """Every installed app of ours, bottom layer first, in the order of the settings."""
    return [config for config in apps.get_app_configs() if isinstance(config, Module)]


def scenes() -> list[Scene]:
    return [config for config in modules() if isinstance(config, Scene)]
