"""Every write of this scene."""

from __future__ import annotations

from chengshu.scenes.matters.actions.adjusting import (
    give_up_adjustment,
    propose_adjustment,
    publish_adjustment,
)
from chengshu.scenes.matters.actions.editing import (
    decide_finding,
    discard_edition,
    draft_matter,
    return_edition,
    revise_matter,
    save_elements,
    submit_edition,
)
from chengshu.scenes.matters.actions.importing import import_catalogue
from chengshu.scenes.matters.actions.laws import record_legal_text, repeal_legal_text
from chengshu.scenes.matters.actions.ledger import (
    assess_power,
    record_delegated_power,
    record_use,
    renew_agreement,
    return_power,
    suspend_expired,
)
from chengshu.scenes.matters.actions.listing import make_list
from chengshu.scenes.matters.actions.powers import cancel_power, record_power
from chengshu.scenes.matters.actions.publishing import cancel_matter, publish_edition
from chengshu.scenes.matters.actions.shipping import ship_catalogue

__all__ = [
    "assess_power",
    "cancel_matter",
    "cancel_power",
    "decide_finding",
    "discard_edition",
    "draft_matter",
    "give_up_adjustment",
    "import_catalogue",
    "make_list",
    "propose_adjustment",
    "publish_adjustment",
    "publish_edition",
    "record_delegated_power",
    "record_legal_text",
    "record_power",
    "record_use",
    "renew_agreement",
    "repeal_legal_text",
    "return_edition",
    "return_power",
    "revise_matter",
    "save_elements",
    "ship_catalogue",
    "submit_edition",
    "suspend_expired",
]
