"""Every write of links."""

from chengshu.hub.links.actions.drafting import note_test, reject_version, save_draft, submit_version
from chengshu.hub.links.actions.matching import (
    fail_match,
    finish_match,
    record_match,
    release_key,
    release_keys,
    rerun_match,
)
from chengshu.hub.links.actions.shipping import deploy_shipped_links
from chengshu.hub.links.actions.standing import put_in_force, resume_link, retire_link, suspend_link

__all__ = [
    "deploy_shipped_links",
    "fail_match",
    "finish_match",
    "note_test",
    "put_in_force",
    "record_match",
    "reject_version",
    "release_key",
    "release_keys",
    "rerun_match",
    "resume_link",
    "retire_link",
    "save_draft",
    "submit_version",
    "suspend_link",
]
