"""The tables of this scene, in three families: cards, ratings, inspections.

What somebody said or did stands in tables that only grow: cards and what happened to them, ratings, call-backs,
evidence, codes, publications. The application's database role may add rows to them and neither change nor delete any.
"""

from chengshu.scenes.supervision.models_cards import (
    Card,
    CardLevel,
    CardOrigin,
    CardStep,
    StepKind,
    SuggestionLetter,
)
from chengshu.scenes.supervision.models_inspections import (
    AnswerCode,
    Coding,
    Evidence,
    Inspection,
    InspectionFinding,
    InspectionKind,
    InspectionState,
    Publication,
    SampleDraw,
    Visit,
    VisitState,
)
from chengshu.scenes.supervision.models_ratings import (
    BadRating,
    BadRatingState,
    CallBack,
    Invitation,
    Rating,
    RatingChannel,
    TouchPoint,
    Treatment,
)

__all__ = [
    "AnswerCode",
    "BadRating",
    "BadRatingState",
    "CallBack",
    "Card",
    "CardLevel",
    "CardOrigin",
    "CardStep",
    "Coding",
    "Evidence",
    "Inspection",
    "InspectionFinding",
    "InspectionKind",
    "InspectionState",
    "Invitation",
    "Publication",
    "Rating",
    "RatingChannel",
    "SampleDraw",
    "StepKind",
    "SuggestionLetter",
    "TouchPoint",
    "Treatment",
    "Visit",
    "VisitState",
]
