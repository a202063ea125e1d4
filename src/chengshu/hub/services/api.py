"""The door of this part: what scenes may ask and do about matters, applications and papers. Its other doors are
``data`` (records), ``ports`` (what scenes bring along) and ``events``.

Reads show what the asker may see and nothing else; matters in force are public.
"""

from __future__ import annotations

from chengshu.hub.services.actions import (
    deliver,
    file_application,
    file_at_window,
    file_bundle,
    grant_authorisation,
    hand_over,
    issue_paper,
    look_up_progress,
    print_paper,
    publish_bundle,
    publish_matter,
    receive_hand_over,
    receive_materials,
    reveal_applicant,
    revoke_authorisation,
    revoke_paper,
    store_material,
    supplement,
    supplement_at_window,
    supply_materials,
    withdraw_application,
    withdraw_matter,
)
from chengshu.hub.services.bundling import label_of
from chengshu.hub.services.guide import items_under, materials_under, questions_under, unanswered
from chengshu.hub.services.numbers import shown_paper_code
from chengshu.hub.services.opening import material_file, open_paper, paper_file
from chengshu.hub.services.ports import (
    PaperContent,
    PaperTemplate,
    paper_kinds,
    register_follow_ups,
    register_paper,
)
from chengshu.hub.services.precheck import pre_check
from chengshu.hub.services.queries.applications import (
    application,
    application_by_number,
    applications,
    of_case,
)
from chengshu.hub.services.queries.applications import id_of_case as application_id_of_case
from chengshu.hub.services.queries.authorisations import authorisations
from chengshu.hub.services.queries.figures import reuse_figures
from chengshu.hub.services.queries.material_lines import MaterialLine, material_lines
from chengshu.hub.services.queries.matters import bundle, bundles, matter, matter_version, matters
from chengshu.hub.services.queries.papers import paper, verify_paper
from chengshu.hub.services.queries.pool import pool
from chengshu.hub.services.subjects import subject_of

__all__ = [
    "MaterialLine",
    "PaperContent",
    "PaperTemplate",
    "application",
    "application_by_number",
    "application_id_of_case",
    "applications",
    "authorisations",
    "bundle",
    "bundles",
    "deliver",
    "file_application",
    "file_at_window",
    "file_bundle",
    "grant_authorisation",
    "hand_over",
    "issue_paper",
    "items_under",
    "label_of",
    "look_up_progress",
    "material_file",
    "material_lines",
    "materials_under",
    "matter",
    "matter_version",
    "matters",
    "of_case",
    "open_paper",
    "paper",
    "paper_file",
    "paper_kinds",
    "pool",
    "pre_check",
    "print_paper",
    "publish_bundle",
    "publish_matter",
    "questions_under",
    "receive_hand_over",
    "receive_materials",
    "register_follow_ups",
    "register_paper",
    "reuse_figures",
    "reveal_applicant",
    "revoke_authorisation",
    "revoke_paper",
    "shown_paper_code",
    "store_material",
    "subject_of",
    "supplement",
    "supplement_at_window",
    "supply_materials",
    "unanswered",
    "verify_paper",
    "withdraw_application",
    "withdraw_matter",
]
