"""The tables of this scene, by family."""

from chengshu.scenes.command.models_events import (
    CityEvent,
    EventLink,
    EventState,
    EventStep,
    Grade,
    Grading,
    Merge,
    MergeState,
    Serial,
    Source,
    StepKind,
)

__all__ = [
    "CityEvent",
    "EventLink",
    "EventState",
    "EventStep",
    "Grade",
    "Grading",
    "Merge",
    "MergeState",
    "Serial",
    "Source",
    "StepKind",
]
