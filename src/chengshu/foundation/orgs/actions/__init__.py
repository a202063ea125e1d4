"""Every write on the organisation, one function each."""

from chengshu.foundation.orgs.actions.appointments import appoint, end_appointment
from chengshu.foundation.orgs.actions.contacts import remove_contact, reveal_contact, set_contact
from chengshu.foundation.orgs.actions.delegations import delegate, revoke_delegation
from chengshu.foundation.orgs.actions.posts import (
    assign_role,
    change_role,
    close_post,
    create_post,
    withdraw_role,
)
from chengshu.foundation.orgs.actions.units import add_alias, close_unit, create_unit, move_unit, rename_unit

__all__ = [
    "add_alias",
    "appoint",
    "assign_role",
    "change_role",
    "close_post",
    "close_unit",
    "create_post",
    "create_unit",
    "delegate",
    "end_appointment",
    "move_unit",
    "remove_contact",
    "rename_unit",
    "reveal_contact",
    "revoke_delegation",
    "set_contact",
    "withdraw_role",
]
