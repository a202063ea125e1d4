"""Every action is named, granted and tested."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chengshu import settings as settings_module
from chengshu.foundation.action import Action, Reach, registered_actions
from chengshu.foundation.manifest import modules
from chengshu.foundation.orgs.roles import declared_roles

PACKAGE = Path(settings_module.__file__).parent
ROOT = PACKAGE.parents[1]
SYSTEM_ONLY = {
    "cockpit.ship_views": "loading base data is the operator's, at the console",
    "orgs.load_base_data": "loading base data is the operator's, at the console",
    "audit.archive_entries": "archiving is the operator's, at the console, with the owner's role",
    "promises.record_observation": "only the platform records what it computed",
    "cases.raise_late_clocks": "only the platform's round sees that a clock is late",
    "cases.apply_deemed_effects": "a deemed effect is the law's, not a person's",
    "registers.load_declared_forms": "the base data publishes the scenes' forms",
    "files.purge_uploads": "the worker clears uploads that nobody went on with",
    "cases.ship_model": "models that come with the software are deployed by the operator, at the console",
    "cases.deploy_case_types": "loading base data is the operator's, at the console",
    "cases.fire_timer": "the worker lets due timers fire",
    "cases.deliver_message": "messages between cases are delivered by the worker",
    "cases.deliver_signal": "signals between cases are delivered by the worker",
    "cases.begin_job": "the worker calls services",
    "cases.end_job": "the worker calls services",
    "cases.fail_job": "the worker calls services",
    "services.bind_files": "the platform opens the files of an application while it is filed",
    "services.remember_file": "the platform stores a citizen's file and notes whose it is",
    "services.record_status": "an application follows its case",
    "services.end_application": "an application follows its case",
    "services.record_due": "an application follows its case",
    "services.follow_bundle": "an application for a bundle follows its parts",
    "links.record_match": "the worker matches events",
    "links.finish_match": "the worker makes the calls of links",
    "links.fail_match": "the worker makes the calls of links",
    "links.release_keys": "the worker releases what an event says is over",
    "links.deploy_shipped_links": "loading base data is the operator's, at the console",
    "supervision.take_over_cards": "the platform takes cards over from the clocks",
    "supervision.raise_signs": "the platform's round finds what the rules name",
    "supervision.raise_warnings": "the platform's round warns",
    "supervision.clear_warnings": "the platform's round clears warnings that are over",
    "supervision.escalate_cards": "the platform's round turns unanswered yellow cards red",
    "supervision.follow_rating": "a rating follows its case",
    "supervision.note_rating_step": "a rating follows its case",
    "supervision.invite_to_rate": "the platform's round invites",
    "supervision.open_rectification": "the platform opens the case of a finding",
    "operations.note_ticket": "a ticket follows its case",
    "operations.escalate_ticket": "the process of a ticket notes a limit that ran out",
    "operations.open_rounds": "the platform's round opens what is due",
    "operations.ship_contracts": "the shipped contracts are loaded with the base data",
    "command.note_late_steps": "the platform's round notes what is late",
    "command.note_late_hand_overs": "the platform's round notes what is late",
    "command.note_late_instructions": "the platform's round notes what is late",
    "command.draft_due_reports": "the platform's round drafts what is due",
    "command.ship_plans": "the shipped templates are loaded with the base data",
    "command.ship_reports": "the shipped templates are loaded with the base data",
    "probes.anchor_results": "the platform's round anchors the signed results",
    "probes.watch_own": "loading base data is the operator's, at the console",
    "matters.ship_catalogue": "the shipped catalogue is loaded with the base data",
    "matters.publish_adjustment": "the process of an adjustment publishes what it decided",
    "matters.give_up_adjustment": "the process of an adjustment gives the draft back",
    "approvals.record_pledge": "the platform writes down what was pledged at the acceptance",
    "approvals.schedule_check": "the platform sets the check of a pledge when the decision is made",
    "approvals.settle_pledge": "a pledge follows its case",
    "approvals.note_credit": "the platform notes a word that was not kept",
    "approvals.record_deferrals": "the platform writes down what may follow at the acceptance",
    "approvals.end_deferral": "the platform's round and the case end a deferral",
    "approvals.record_licence": "a licence follows its case",
    "approvals.record_conditions": "the conditions of a permit follow its decision",
    "approvals.set_renewal_day": "the platform's round sets it once the working days are published",
    "approvals.revoke_licence": "a licence follows its case",
    "approvals.settle_pause": "the clocks follow a special procedure of the case",
}
"""Actions that no role carries, with the reason: only the platform itself performs them."""


TESTED_THROUGH = {
    "identity.confirm_second_factor": "/account/second-factor/",
    "identity.remove_second_factor": "/account/second-factor/remove/",
    "identity.renew_recovery_codes": "/account/second-factor/recovery/",
    "identity.prove_second_factor": "/sign-in/code/",
    "identity.enrol_at_sign_in": "/sign-in/set-up/",
    "identity.sign_in_by_provider": "/sign-in/single/back/",
    "identity.end_other_sessions": "/account/sessions/end-others/",
    "identity.end_account_sessions": "end-sessions",
    "identity.enable_account": "/enable/",
    "promises.return_self_evaluation": "return_self_evaluation_form",
    "promises.recheck_form": "test_an_approved_adjustment",
}
"""Actions whose tests go through a page or an outer action under another name: what to look for instead."""


def _tests_of(app: str) -> str:
    folder = next(Path(module.path) for module in modules() if module.label == app)
    sources = [*folder.rglob("tests/**/*.py"), *(ROOT / "tests").rglob("*.py")]
    return "\n".join(source.read_text(encoding="utf-8") for source in sources)


@pytest.mark.parametrize("action", registered_actions().values(), ids=lambda a: a.name)
def test_an_action_is_a_verb_with_a_title_and_a_test(action: Action) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", action.verb)
    assert not re.match(r"(check|handle|process|manage|do)_", action.verb), "name what it does"
    assert str(action.title)
    tests = _tests_of(action.app)
    spoken = TESTED_THROUGH.get(action.name, "\0") in tests or re.search(
        rf"\b{action.verb}\b", tests.replace("-", "_")
    )
    assert spoken, f"no test speaks of {action.name}"


def test_every_action_is_carried_by_a_role_or_excused() -> None:
    granted = {permission for role in declared_roles() for permission in role.permissions}
    needing = {a.name for a in registered_actions().values() if a.at not in (Reach.ANYONE, Reach.SELF)}
    assert needing - granted - set(SYSTEM_ONLY) == set()


def test_no_excuse_is_stale() -> None:
    granted = {permission for role in declared_roles() for permission in role.permissions}
    assert {name for name in SYSTEM_ONLY if name in granted or name not in registered_actions()} == set()
