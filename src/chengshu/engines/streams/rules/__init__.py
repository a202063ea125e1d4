"""The pure core of rules and alarms: readings and moments in, alarm events out; no clock, no database, no tables.

    Reading ──► InOrder ──► Conditions ──► Change on/off ──► Alarms ──► AlarmEvent
              (optional)   one state for each rule and      life-cycle: raise, acknowledge, clear, suppress,
                           subject, absence by deadline     flapping, maintenance, escalation, parents

Every event is a function of the readings and moments given, and carries the moment at which it came true, not the one
at which it was noticed. Hence an event has an identity (rule, subject, raised at, kind, step): whoever feeds the same
readings again after a crash gets the same events again and can tell that they are the same.
"""

from chengshu.engines.streams.rules.definition import (
    Absence,
    AlarmEvent,
    Compare,
    Device,
    EventKind,
    Level,
    Maintenance,
    OneOf,
    Rule,
    Scope,
    Status,
    Subject,
    Swing,
    Threshold,
    Together,
    Windowed,
)
from chengshu.engines.streams.rules.engine import Engine
from chengshu.engines.streams.rules.ordering import InOrder

__all__ = [
    "Absence",
    "AlarmEvent",
    "Compare",
    "Device",
    "Engine",
    "EventKind",
    "InOrder",
    "Level",
    "Maintenance",
    "OneOf",
    "Rule",
    "Scope",
    "Status",
    "Subject",
    "Swing",
    "Threshold",
    "Together",
    "Windowed",
]
