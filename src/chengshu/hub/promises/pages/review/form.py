"""One form: where it stands in its life, what this person may do with it now, its trail, versions and findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chengshu.foundation.asking import Asker, current_asker
from chengshu.foundation.errors import InvalidInput, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Option, TimelineEvent
from chengshu.hub.promises.drafts import CellChange, differences, draft_of
from chengshu.hub.promises.evaluation.lifecycle import CONDITION_NAMES, STATE_NAMES, State
from chengshu.hub.promises.models import Form, FormVersion, PublicationKind, Review, VersionState
from chengshu.hub.promises.pages.board import findings as finding_words
from chengshu.hub.promises.pages.review import words
from chengshu.hub.promises.queries.reviewing import open_findings, trail_of, versions_of
from chengshu.hub.promises.stepping import DIMENSIONS, GRADES, STEP_FORMS, run, step_form
from chengshu.hub.promises.subjects import (
    EDITABLE,
    Subject,
    applied_grade,
    deadline_of,
    steps_for,
    subject_of,
)

PATH = (
    State.DRAFT,
    State.UNIT_SUBMITTED,
    State.DEPT_REVIEW,
    State.FINANCE_REVIEW,
    State.APPROVED,
    State.PUBLISHED,
    State.MONITORING,
    State.SELF_EVAL,
    State.SELF_SUBMITTED,
    State.DEPT_EVAL,
    State.RESULT_APPLIED,
    State.ARCHIVED,
)
"""The way of a form as the stepper draws it."""
ADJUSTMENT_PATH = (
    State.ADJUSTMENT,
    State.UNIT_SUBMITTED,
    State.DEPT_REVIEW,
    State.FINANCE_REVIEW,
    State.APPROVED,
)
BESIDE = {State.RETURNED: State.DRAFT, State.FIN_EVAL: State.DEPT_EVAL}
"""States that the stepper draws in the place of another."""
TRAIL_TONES = {"returned": "negative", "passed": "positive", "published": "positive", "submitted": "info"}
ORIGINS_IN_DRAFT = gettext_lazy("Draft of an adjustment")


@dataclass(frozen=True)
class Stage:
    """One mark of the stepper; ``place`` is done, now or ahead."""

    label: Words
    place: str


@dataclass(frozen=True)
class Choice:
    """A step as a button with its dialog."""

    name: str
    title: Words
    question: Words
    fields: Sequence[str]
    is_grave: bool
    missing: Sequence[Words]


@door("promises.view")
def show_form(request: HttpRequest, ref: str) -> HttpResponse:
    return _page(request, words.form_asked(request, ref))


@require_POST
@door("promises.view")
def take(request: HttpRequest, ref: str, step: str) -> HttpResponse:
    """Take a step; a field that is missing or wrong shows the page again with everything typed."""
    form = words.form_asked(request, ref)
    step_form(step)
    version = request.POST.get("version", "")
    try:
        run(form, step, request.POST, int(version) if version.isascii() and version.isdigit() else None)
    except InvalidInput as error:
        return _page(request, form, failed=step, error=error)
    target = (
        reverse("promises:adjust", kwargs={"ref": ref}) if step == "open_adjustment" else words.form_url(form)
    )
    done = _("Done: %(step)s.") % {"step": words.step_title(step)}
    return flash(HttpResponseRedirect(target), "success", done)


def _page(
    request: HttpRequest, form: Form, *, failed: str = "", error: InvalidInput | None = None
) -> HttpResponse:
    asker = current_asker()
    subject = subject_of(form)
    adjustment = subject.version if subject.is_adjustment else None
    findings = open_findings(form)
    context = {
        "form": form,
        "title": form.title,
        "subject": subject,
        "state": STATE_NAMES[subject.state],
        "tone": words.state_tone(subject.state),
        "stages": stages(PATH, State(form.state)),
        "adjustment": adjustment,
        "adjustment_stages": stages(ADJUSTMENT_PATH, subject.state) if adjustment else [],
        "changes": _changes(subject),
        "choices": choices(form, asker),
        "failed": failed,
        "failure": error,
        "typed": request.POST,
        "dimensions": list(DIMENSIONS.items()),
        "grades": [Option(value, label) for value, label in GRADES.items()],
        "may_edit": subject.state in EDITABLE and asker.holds_at("promises.edit_form", form.unit_id),
        "may_decide": asker.holds_at("promises.dismiss_finding", form.unit_id),
        "may_accept": asker.holds_at("promises.accept_suggestion", form.unit_id)
        and (subject.state in EDITABLE or asker.holds_at("promises.open_adjustment", form.unit_id)),
        "may_withdraw": asker.holds_at("promises.withdraw_publication", form.unit_id),
        "deadline": deadline_of(subject.state, form.budget_year),
        "trail": [trail_event(review) for review in trail_of(form)],
        "versions": [(version, version_label(version)) for version in versions_of(form)],
        "findings": finding_words.shown(findings),
        "safe": sum(1 for f in findings if f.state == "open" and _is_safe(f.suggestions)),
        "publications": form.publications.order_by("-published_at"),
        "breadcrumbs": words.crumbs(form),
        "words": words,
    }
    return render(request, "promises/review_form.html", context, status=422 if error else 200)


def _is_safe(suggestions: Sequence[Mapping[str, str]]) -> bool:
    return any(s["kind"] == "auto" and s["field"] == "annual_raw" for s in suggestions)


def stages(path: Sequence[State], state: State) -> list[Stage]:
    """The stepper: what is behind, where the form is, what is ahead."""
    now = BESIDE.get(state, state)
    if now not in path:
        now = path[0]
    reached = path.index(now)
    found = []
    for index, step in enumerate(path):
        place = "done" if index < reached else "now" if index == reached else "ahead"
        found.append(Stage(STATE_NAMES[state if index == reached and state in BESIDE else step], place))
    return found


def choices(form: Form, asker: Asker) -> list[Choice]:
    """The steps this person may take now, and those that must wait with the reason."""
    found = [
        _choice(step.action, [CONDITION_NAMES[condition] for condition in step.missing])
        for step in steps_for(form, asker)
        if step.action in STEP_FORMS
    ]
    found += [_choice(name, []) for name in _further(form, asker)]
    return found


def _further(form: Form, asker: Asker) -> list[str]:
    """Steps beside the table: rejecting an adjustment, recording an evaluation, publishing again or a result."""
    subject = subject_of(form)
    holds = [name for name in STEP_FORMS if asker.holds_at(f"promises.{name}", form.unit_id)]
    possible = {
        "reject_adjustment": subject.is_adjustment and _may_return(subject, asker),
        "evaluate_form": subject.state in (State.DEPT_EVAL, State.FIN_EVAL) and _evaluates(subject, asker),
        "publish_form": form.state in ("published", "monitoring") and not _is_public(form, form.current_id),
        "publish_result": form.state == "result_applied"
        and applied_grade(form) is not None
        and not form.publications.filter(kind=PublicationKind.RESULT, withdrawn_at=None).exists(),
    }
    return [name for name in holds if possible.get(name)]


def _is_public(form: Form, version_id: int | None) -> bool:
    targets = form.publications.filter(kind=PublicationKind.TARGETS, withdrawn_at=None)
    return targets.filter(version=version_id).exists()


def _may_return(subject: Subject, asker: Asker) -> bool:
    return any(step.action == "return_form" for step in steps_for(subject.form, asker))


def _evaluates(subject: Subject, asker: Asker) -> bool:
    return any(step.action == "apply_form_result" for step in steps_for(subject.form, asker))


def _choice(name: str, missing: Sequence[Words]) -> Choice:
    asked = STEP_FORMS[name]
    return Choice(name, words.step_title(name), asked.question, asked.fields, asked.is_grave, missing)


def _changes(subject: Subject) -> Sequence[CellChange]:
    """What the open adjustment would change."""
    base = subject.version.base
    if not subject.is_adjustment or base is None:
        return ()
    return differences(draft_of(base), draft_of(subject.version))


def trail_event(review: Review) -> TimelineEvent:
    """One step of the trail for people."""
    moved = review.from_state != review.to_state
    way = f"{words.state_name(review.from_state)} → {words.state_name(review.to_state)}" if moved else ""
    rated = "，".join(
        f"{DIMENSIONS[name]} {GRADES[grade]}"
        for name, grade in review.dimensions.items()
        if name in DIMENSIONS and grade in GRADES
    )
    overall = review.dimensions.get("overall")
    total = _("Overall: %(grade)s") % {"grade": GRADES[overall]} if overall in GRADES else ""
    return TimelineEvent(
        title=words.step_title(review.action),
        when=review.at,
        who=review.post_title,
        note=" · ".join(part for part in (way, review.opinion, rated, total) if part),
        tone=TRAIL_TONES.get(review.decision, "neutral"),
    )


def version_label(version: FormVersion) -> tuple[Words, str]:
    """What a version is now, with its tone."""
    if version.step:
        return STATE_NAMES[State(version.step)], "info"
    if version.state == VersionState.REJECTED and version.decided_at is None:
        return ORIGINS_IN_DRAFT, "neutral"
    tones = {VersionState.CURRENT: "positive", VersionState.REJECTED: "negative"}
    return VersionState(version.state).label, tones.get(VersionState(version.state), "neutral")
