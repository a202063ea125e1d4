"""Accounts of others: for the system administrator, who opens and closes ways in and gives no powers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.identity import actions, queries
from chengshu.foundation.identity.models import Account, SecondFactorRole
from chengshu.foundation.identity.passwords import one_time_password
from chengshu.foundation.identity.separation import is_administrator, roles_of
from chengshu.foundation.identity.views.own import errors_of
from chengshu.foundation.orgs.models import Role
from chengshu.foundation.web.shell import Column, Filter, Option

COLUMNS = (
    Column("username", gettext_lazy("User name"), header=True),
    Column("title", gettext_lazy("Shown name")),
    Column("posts", gettext_lazy("Posts")),
    Column("state", gettext_lazy("State"), kind="fit"),
    Column("factor", gettext_lazy("Second factor"), kind="fit"),
    Column("password_changed_at", gettext_lazy("Password set on"), kind="date"),
)


@door("identity.view_accounts", title=gettext_lazy("See the accounts and their states"))
def accounts(request: HttpRequest) -> HttpResponse:
    """All accounts, to search and to filter by state."""
    search, state = request.GET.get("search", ""), request.GET.get("state", "")
    found = queries.accounts(search=search, state=state, cursor=request.GET.get("cursor", ""))
    context = {
        "rows": found.rows,
        "page": found.page,
        "columns": COLUMNS,
        "filters": [
            Filter("search", _("Name"), search, kind="search", placeholder=_("User name or shown name")),
            Filter("state", _("State"), state, options=[Option(key, words) for key, words in queries.STATES]),
        ],
        "query": {"search": search, "state": state},
        "may_open": current_asker().holds("identity.open_account"),
    }
    return render(request, "identity/accounts.html", context)


@door("identity.open_account", title=gettext_lazy("Open an account"))
def open_account(request: HttpRequest) -> HttpResponse:
    """A new account with a one-time password, which is shown once."""
    typed = {name: request.POST.get(name, "").strip() for name in ("username", "title")}
    if request.method != "POST":
        return render(request, "identity/open_account.html", {"typed": typed, "errors": [], "wrong": {}})
    password = one_time_password()
    try:
        account = actions.open_account(username=typed["username"], title=typed["title"], password=password)
    except InvalidInput as error:
        context = {"typed": typed, "errors": errors_of(error), "wrong": {error.field: error.message}}
        return render(request, "identity/open_account.html", context, status=422)
    return _one_time_page(request, account, password, _("The account is open"))


@door("identity.view_accounts")
def account(request: HttpRequest, account_id: int) -> HttpResponse:
    """One account: state, posts, sessions, latest attempts, and what may be done with it."""
    return _account_page(request, queries.account_by_id(account_id))


@door("identity.reset_password", title=gettext_lazy("Reset a password"))
def reset_password(request: HttpRequest, account_id: int) -> HttpResponse:
    found = queries.account_by_id(account_id)
    if request.method != "POST":
        return _back(found)
    password = actions.reset_password(account=found)
    return _one_time_page(request, found, password, _("The password is reset"))


@door("identity.disable_account", title=gettext_lazy("Disable an account"))
def disable_account(request: HttpRequest, account_id: int) -> HttpResponse:
    found = queries.account_by_id(account_id)
    if request.method != "POST":
        return _back(found)
    try:
        actions.disable_account(account=found, reason=request.POST.get("reason", ""))
    except InvalidInput as error:
        return _account_page(request, found, error, status=422)
    return flash(_back(found), "success", _("The account is disabled and its sessions are ended."))


@door("identity.enable_account", title=gettext_lazy("Enable an account"))
def enable_account(request: HttpRequest, account_id: int) -> HttpResponse:
    return _do(request, account_id, actions.enable_account, _("The account is enabled."))


@door("identity.unlock_account", title=gettext_lazy("Unlock an account"))
def unlock_account(request: HttpRequest, account_id: int) -> HttpResponse:
    return _do(request, account_id, actions.unlock_account, _("The account is unlocked."))


@door("identity.reset_second_factor", title=gettext_lazy("Reset a second factor"))
def reset_second_factor(request: HttpRequest, account_id: int) -> HttpResponse:
    words = _("The second factor is forgotten and the sessions are ended.")
    return _do(request, account_id, actions.reset_second_factor, words)


@door("identity.link_account", title=gettext_lazy("Link an account to single sign-on"))
def link_account(request: HttpRequest, account_id: int) -> HttpResponse:
    found = queries.account_by_id(account_id)
    if request.method != "POST":
        return _back(found)
    try:
        actions.link_account(account=found, subject=request.POST.get("subject", ""))
    except InvalidInput as error:
        return _account_page(request, found, error, status=422)
    return flash(_back(found), "success", _("The link to single sign-on is saved."))


@door("identity.end_account_sessions", title=gettext_lazy("End the sessions of an account"))
def end_account_sessions(request: HttpRequest, account_id: int) -> HttpResponse:
    found = queries.account_by_id(account_id)
    if request.method != "POST":
        return _back(found)
    count = actions.end_account_sessions(account=found)
    words = ngettext("%(count)s session is ended.", "%(count)s sessions are ended.", count) % {"count": count}
    return flash(_back(found), "success", words)


@door("identity.require_second_factor", title=gettext_lazy("Require a second factor of a role"))
def second_factor_roles(request: HttpRequest) -> HttpResponse:
    """Which roles ask for a second factor; those of administrators always do."""
    guarded = set(SecondFactorRole.objects.values_list("role_key", flat=True))
    roles = list(Role.objects.order_by("-admin_kind", "key"))
    if request.method != "POST":
        return render(request, "identity/second_factor_roles.html", {"roles": roles, "guarded": guarded})
    chosen = set(request.POST.getlist("roles"))
    for role in roles:
        if not role.admin_kind and (role.key in chosen) != (role.key in guarded):
            actions.require_second_factor(role=role, required=role.key in chosen)
    response = HttpResponseRedirect(reverse("identity:second_factor_roles"))
    return flash(
        response, "success", _("Saved. Sessions without the second factor end at their next request.")
    )


def _do(request: HttpRequest, account_id: int, change: Callable[..., Any], words: str) -> HttpResponse:
    found = queries.account_by_id(account_id)
    if request.method != "POST":
        return _back(found)
    change(account=found)
    return flash(_back(found), "success", words)


def _back(found: Account) -> HttpResponse:
    return HttpResponseRedirect(reverse("identity:account", args=[found.pk]))


def _account_page(
    request: HttpRequest, found: Account, error: InvalidInput | None = None, *, status: int = 200
) -> HttpResponse:
    asker = current_asker()
    is_admin = is_administrator(found)
    context = {
        "account": found,
        "roles": roles_of(found),
        "is_administrator": is_admin,
        "is_oneself": asker.account_id == found.pk,
        "is_restorable": asker.account_id != found.pk and not is_admin,
        "may": {name: asker.holds(f"identity.{name}") for name in _POWERS},
        "live": queries.live_sessions(found.pk),
        "attempts": queries.login_history(found.pk)[:10],
        "wrong": {error.field: error.message} if error else {},
        "errors": errors_of(error),
        "typed": {name: request.POST.get(name, "") for name in ("reason", "subject")},
    }
    return render(request, "identity/account.html", context, status=status)


_POWERS = (
    "reset_password",
    "disable_account",
    "enable_account",
    "unlock_account",
    "reset_second_factor",
    "link_account",
    "end_account_sessions",
)


def _one_time_page(request: HttpRequest, found: Account, password: str, title: str) -> HttpResponse:
    context = {"account": found, "password": password, "title": title}
    return render(request, "identity/one_time_password.html", context)
