"""Every write of this part."""

from chengshu.hub.services.actions.authorisations import grant_authorisation, revoke_authorisation
from chengshu.hub.services.actions.bundles import file_bundle
from chengshu.hub.services.actions.custody import hand_over, receive_hand_over
from chengshu.hub.services.actions.delivery import deliver, follow_bundle
from chengshu.hub.services.actions.filing import file_application, file_at_window
from chengshu.hub.services.actions.following import end_application, record_due, record_status
from chengshu.hub.services.actions.materials import (
    bind_files,
    receive_materials,
    remember_file,
    store_material,
    store_uploaded,
    supply_materials,
)
from chengshu.hub.services.actions.papers import issue_paper, print_paper, revoke_paper
from chengshu.hub.services.actions.progress import look_up_progress
from chengshu.hub.services.actions.publishing import publish_bundle, publish_matter, withdraw_matter
from chengshu.hub.services.actions.revealing import reveal_applicant
from chengshu.hub.services.actions.supplementing import (
    supplement,
    supplement_at_window,
    withdraw_application,
)

__all__ = [
    "bind_files",
    "deliver",
    "end_application",
    "file_application",
    "file_at_window",
    "file_bundle",
    "follow_bundle",
    "grant_authorisation",
    "hand_over",
    "issue_paper",
    "look_up_progress",
    "print_paper",
    "publish_bundle",
    "publish_matter",
    "receive_hand_over",
    "receive_materials",
    "record_due",
    "record_status",
    "remember_file",
    "reveal_applicant",
    "revoke_authorisation",
    "revoke_paper",
    "store_material",
    "store_uploaded",
    "supplement",
    "supplement_at_window",
    "supply_materials",
    "withdraw_application",
    "withdraw_matter",
]
