"""One's own account: password, second factor, sessions, login history, tokens."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chengshu.foundation.asking import current_asker, signed_in_asker
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.identity import actions, queries
from chengshu.foundation.identity.actions.signing_in import offer, reopen
from chengshu.foundation.identity.limits import limits
from chengshu.foundation.identity.models import Account
from chengshu.foundation.identity.passwords import RULES
from chengshu.foundation.identity.second_factor import grouped, qr_image
from chengshu.foundation.identity.sessions import duties_of
from chengshu.foundation.identity.views.signing_in import safe_next
from chengshu.foundation.web.shell import Option, Tab


@door(Door.SIGNED_IN, while_password_expired=True)
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password; forced at the first sign-in and when the old one has aged."""
    if request.method != "POST":
        return _password_page(request)
    new = request.POST.get("new", "")
    onward = "web:home" if current_asker().must_change_password else "identity:sessions"
    try:
        if new != request.POST.get("again", ""):
            raise InvalidInput(_("The two new passwords differ."), field="again", code="passwords_differ")
        actions.change_password(current=request.POST.get("current", ""), new=new)
    except InvalidInput as error:
        return _password_page(request, error, status=422)
    rotate_token(request)
    response = HttpResponseRedirect(safe_next(request) or reverse(onward))
    return flash(
        response, "success", _("Your password is changed. Other sessions of your account are ended.")
    )


@door(Door.SIGNED_IN)
def second_factor(request: HttpRequest) -> HttpResponse:
    """The state of the second factor, and setting one up."""
    account = own_account()
    if request.method != "POST":
        return _second_factor_page(request, account)
    sealed = request.POST.get("sealed", "")
    try:
        codes = actions.confirm_second_factor(
            sealed=sealed, code=request.POST.get("code", ""), password=request.POST.get("password", "")
        )
    except InvalidInput as error:
        return _second_factor_page(request, account, sealed=sealed, error=error, status=422)
    return _codes_page(request, codes)


@door(Door.SIGNED_IN)
def remove_second_factor(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseRedirect(reverse("identity:second_factor"))
    try:
        actions.remove_second_factor(
            password=request.POST.get("password", ""), code=request.POST.get("code", "")
        )
    except InvalidInput as error:
        return _second_factor_page(request, own_account(), error=error, part="remove", status=422)
    response = HttpResponseRedirect(reverse("identity:second_factor"))
    return flash(response, "success", _("The second factor is removed."))


@door(Door.SIGNED_IN)
def renew_recovery_codes(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseRedirect(reverse("identity:second_factor"))
    try:
        codes = actions.renew_recovery_codes(code=request.POST.get("code", ""))
    except InvalidInput as error:
        return _second_factor_page(request, own_account(), error=error, part="renew", status=422)
    return _codes_page(request, codes)


@door(Door.SIGNED_IN)
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in, and where one was."""
    account = own_account()
    context = {
        "live": queries.live_sessions(account.pk),
        "ended": queries.ended_sessions(account.pk),
        "present": current_asker().session,
        "allowed": limits().at_once(duties_of(account.pk).is_administrator),
    }
    return _page(request, "sessions", context)


@door(Door.SIGNED_IN)
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    if request.method == "POST":
        actions.end_session(session_id=session_id)
    response = HttpResponseRedirect(reverse("identity:sessions"))
    return flash(response, "success", _("The session is ended."))


@door(Door.SIGNED_IN)
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    response = HttpResponseRedirect(reverse("identity:sessions"))
    if request.method != "POST":
        return response
    count = actions.end_other_sessions()
    words = ngettext("%(count)s session is ended.", "%(count)s sessions are ended.", count) % {"count": count}
    return flash(response, "success", words)


@door(Door.SIGNED_IN)
def history(request: HttpRequest) -> HttpResponse:
    """One's own attempts to sign in, right and wrong."""
    return _page(request, "history", {"attempts": queries.login_history(own_account().pk)})


@door("identity.issue_token", title=gettext_lazy("Issue and see the tokens of one’s own account"))
def tokens(request: HttpRequest) -> HttpResponse:
    """Keys for machines that act as this account."""
    account = own_account()
    if request.method != "POST":
        return _tokens_page(request, account)
    try:
        token, text = actions.issue_token(
            account=account,
            title=request.POST.get("title", ""),
            scopes=request.POST.getlist("scopes"),
            expires_at=_end_of(request.POST.get("expires_on", "")),
        )
    except InvalidInput as error:
        return _tokens_page(request, account, error, status=422)
    return _page(request, "token_issued", {"token": token, "text": text})


@door("identity.issue_token")
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    if request.method == "POST":
        actions.revoke_token(token=queries.token_by_id(token_id))
    response = HttpResponseRedirect(reverse("identity:tokens"))
    return flash(response, "success", _("The token is revoked."))


def own_account() -> Account:
    return queries.account_by_id(signed_in_asker().account_id or 0)


def _page(request: HttpRequest, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    shared = {"tabs": _tabs(name), "account": own_account()}
    return render(request, f"identity/{name}.html", {**shared, **context}, status=status)


def _tabs(current: str) -> list[Tab]:
    pages = [
        ("sessions", _("Sessions")),
        ("history", _("Login history")),
        ("change_password", _("Password")),
        ("second_factor", _("Second factor")),
    ]
    if current_asker().holds("identity.issue_token"):
        pages.append(("tokens", _("Machine tokens")))
    return [
        Tab(label, reverse(f"identity:{route}"), current.startswith(route.rstrip("s")))
        for route, label in pages
    ]


def _password_page(
    request: HttpRequest, error: InvalidInput | None = None, *, status: int = 200
) -> HttpResponse:
    figures = limits()
    broken = error.data.get("broken", []) if error else []
    context = {
        "rules": [(rule.words(figures), rule.code in broken) for rule in RULES],
        "days": figures.password_days,
        "error": error,
        "errors": errors_of(error),
        "forced": current_asker().must_change_password,
        "next": safe_next(request),
    }
    return _page(request, "change_password", context, status=status)


def _second_factor_page(
    request: HttpRequest,
    account: Account,
    *,
    sealed: str = "",
    error: InvalidInput | None = None,
    part: str = "set_up",
    status: int = 200,
) -> HttpResponse:
    sealed = sealed or offer(account)[1]
    secret = reopen(account, sealed)
    context = {
        "sealed": sealed,
        "qr": qr_image(secret, account.username),
        "secret": grouped(secret),
        "errors": {part: errors_of(error)},
        "wrong": {f"{part}_{error.field}": error.message} if error else {},
        "is_required": duties_of(account.pk).needs_second_factor,
        "left": len(account.recovery_codes),
    }
    return _page(request, "second_factor", context, status=status)


def _codes_page(request: HttpRequest, codes: tuple[str, ...]) -> HttpResponse:
    return _page(request, "second_factor_codes", {"codes": codes})


def _tokens_page(
    request: HttpRequest, account: Account, error: InvalidInput | None = None, *, status: int = 200
) -> HttpResponse:
    latest = timezone.localdate() + timedelta(days=limits().token_days)
    context = {
        "tokens": queries.tokens_of(account.pk),
        "powers": [Option(name, name) for name in sorted(current_asker().powers)],
        "typed": {
            "title": request.POST.get("title", ""),
            "scopes": request.POST.getlist("scopes"),
            "expires_on": request.POST.get("expires_on", ""),
        },
        "latest": latest,
        "wrong": {error.field: error.message} if error else {},
        "errors": errors_of(error),
    }
    return _page(request, "tokens", context, status=status)


def errors_of(error: InvalidInput | None) -> list[tuple[str, Any]]:
    """For the summary above a form: the field to go to, and what is wrong with it."""
    return [(f"id_{error.field}" if error.field else "", error.message)] if error else []


def _end_of(text: str) -> datetime:
    """The end of a day typed as 2026-03-01.

    :raises InvalidInput: if it is no day
    """
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(_("Give the last day."), field="expires_on", code="date_form") from error
    return datetime.combine(day, time(23, 59, 59), tzinfo=timezone.get_current_timezone())
