"""Links that come with the software: reviewed with it, put in force with the base data, suspended by who does not
want them. The same text changes nothing; another one is a new version."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.links import checking, shipped
from chengshu.hub.links.actions.standing import end_standing
from chengshu.hub.links.models import STANDING, Link, LinkState, LinkVersion


@action(title=_("Put the links of the software in force"), at=Reach.EVERYWHERE)
def deploy_shipped_links(*, app: str = "") -> int:
    """Put every link that apps ship in force; returns how many are new.

    What somebody suspended stays suspended, in its new wording too; what somebody retired or changed stays as it is.

    :param app: only those of this app; of all if empty
    :raises InvalidInput: if one of them does not fit what is offered: nothing at all is put in force then
    """
    return sum(_deploy(one) for one in shipped.links() if app in ("", one.app))


def _deploy(one: shipped.Shipped) -> bool:
    checking.refuse(checking.findings_of(one.content))
    link = Link.objects.select_for_update().filter(key=one.key).first()
    if link is None:
        unit = Unit.objects.get(key=one.unit)
        link = Link(key=one.key, unit=unit)
    before = link.versions.filter(author=None).order_by("-number").first() if link.pk else None
    standing = link.versions.filter(state__in=STANDING).first() if link.pk else None
    if before is not None and before.digest == one.content.digest:
        return False
    if link.pk and (standing is None or standing.author_id is not None):
        return False
    link.title, link.origin = one.title, one.app
    link.save()
    is_suspended = standing is not None and standing.state == LinkState.SUSPENDED
    end_standing(link)
    LinkVersion(
        link=link,
        unit_id=link.unit_id,
        number=link.versions.count() + 1,
        state=LinkState.SUSPENDED if is_suspended else LinkState.IN_FORCE,
        note=one.note[:500],
        valid_from=timezone.localdate(),
        in_force_at=timezone.now(),
        **one.content.columns(),
    ).save()
    return True
