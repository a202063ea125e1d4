"""The way in: password, second factor, single sign-on; and the way out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengshu.foundation.errors import ChengshuError, Words
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.identity import actions, pending, second_factor, single_sign_on
from chengshu.foundation.identity.actions.signing_in import SignIn, offer, reopen
from chengshu.foundation.identity.limits import limits
from chengshu.foundation.identity.models import Account, EndReason
from chengshu.foundation.identity.sessions import COOKIE, give_cookie, is_password_old, session_of_token
from chengshu.foundation.web.shell import query_url

STATUS = {
    "wrong": 401,
    "wrong_code": 401,
    "expired": 401,
    "not_linked": 403,
    "locked": 429,
    "too_many": 429,
}


@door(Door.PUBLIC)
def sign_in(request: HttpRequest) -> HttpResponse:
    """User name and password."""
    if request.method != "POST":
        return _sign_in_page(request, notice=_why_again(request))
    outcome = actions.sign_in(
        username=request.POST.get("username", ""),
        password=request.POST.get("password", ""),
        browser_token=request.COOKIES.get(COOKIE, ""),
    )
    return _next_step(request, outcome)


@door(Door.PUBLIC)
def prove_second_factor(request: HttpRequest) -> HttpResponse:
    """The code, after the password."""
    note = _pending_note(request)
    if note is None or note.stage != "prove":
        return _start_again(request)
    if request.method != "POST":
        return _code_page(request)
    outcome = actions.prove_second_factor(
        pending_token=request.COOKIES.get(pending.COOKIE, ""),
        code=request.POST.get("code", ""),
        browser_token=request.COOKIES.get(COOKIE, ""),
    )
    if outcome.outcome == "wrong_code":
        return _code_page(request, _wrong_code(), status=STATUS["wrong_code"])
    return _next_step(request, outcome)


@door(Door.PUBLIC)
def enrol_at_sign_in(request: HttpRequest) -> HttpResponse:
    """Setting up a second factor before the first session, for those whose duties ask for one."""
    note = _pending_note(request)
    account = Account.objects.filter(pk=note.account_id).first() if note and note.stage == "enrol" else None
    if account is None:
        return _start_again(request)
    if request.method != "POST":
        return enrolment_page(request, account, offer(account)[1])
    sealed = request.POST.get("sealed", "")
    outcome = actions.enrol_at_sign_in(
        pending_token=request.COOKIES.get(pending.COOKIE, ""),
        sealed=sealed,
        code=request.POST.get("code", ""),
        browser_token=request.COOKIES.get(COOKIE, ""),
    )
    if outcome.outcome == "wrong_code":
        return enrolment_page(request, account, sealed, _wrong_code(), status=STATUS["wrong_code"])
    return _next_step(request, outcome)


@door(Door.PUBLIC)
def begin_single_sign_on(request: HttpRequest) -> HttpResponse:
    """Off to the district's sign-on service."""
    if not single_sign_on.is_configured():
        return HttpResponseRedirect(reverse("identity:sign_in"))
    try:
        address, journey = single_sign_on.begin(
            single_sign_on.provider(), _redirect(request), safe_next(request)
        )
    except ChengshuError as error:
        return _sign_in_page(request, problem=error.message, hint=error.hint, status=503)
    response = HttpResponseRedirect(address)
    response.set_cookie(
        single_sign_on.COOKIE,
        journey.packed(),
        max_age=single_sign_on.MAX_AGE_S,
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
        path=reverse("identity:begin_single_sign_on"),
    )
    return response


@door(Door.PUBLIC)
def finish_single_sign_on(request: HttpRequest) -> HttpResponse:
    """Back from the sign-on service."""
    if not single_sign_on.is_configured():
        return HttpResponseRedirect(reverse("identity:sign_in"))
    journey = single_sign_on.unpacked(request.COOKIES.get(single_sign_on.COOKIE, ""))
    try:
        person = single_sign_on.finish(
            single_sign_on.provider(),
            journey,
            state=request.GET.get("state", ""),
            code=request.GET.get("code", ""),
            redirect=_redirect(request),
        )
    except ChengshuError as error:
        return _sign_in_page(request, problem=error.message, hint=error.hint, status=401)
    outcome = actions.sign_in_by_provider(
        subject=person.subject, username=person.username, browser_token=request.COOKIES.get(COOKIE, "")
    )
    response = _next_step(request, outcome, journey.next if journey else "")
    response.delete_cookie(single_sign_on.COOKIE, path=reverse("identity:begin_single_sign_on"))
    return response


@door(Door.SIGNED_IN, while_password_expired=True)
def sign_out(request: HttpRequest) -> HttpResponse:
    """The end of this session; a link alone does not do it."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("web:home"))
    actions.sign_out()
    response = flash(HttpResponseRedirect(reverse("identity:sign_in")), "success", _("You are signed out."))
    response.delete_cookie(COOKIE)
    rotate_token(request)
    return response


def safe_next(request: HttpRequest, given: str = "") -> str:
    """The page wanted in the end, if it is one of ours; otherwise empty."""
    wanted = given or request.POST.get("next", "") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else ""


def enrolment_page(
    request: HttpRequest, account: Account, sealed: str, problem: Words = "", *, status: int = 200
) -> HttpResponse:
    secret = reopen(account, sealed)
    context = {
        "sealed": sealed,
        "qr": second_factor.qr_image(secret, account.username),
        "secret": second_factor.grouped(secret),
        "problem": problem,
        "next": safe_next(request),
    }
    return render(request, "identity/enrol.html", context, status=status)


def _next_step(request: HttpRequest, outcome: SignIn, wanted: str = "") -> HttpResponse:
    if outcome.outcome == "done":
        return _signed_in(request, outcome, safe_next(request, wanted))
    if outcome.outcome in ("second_factor", "enrol"):
        return _awaiting(request, outcome, safe_next(request, wanted))
    problem, hint = _words(outcome)
    response = _sign_in_page(request, problem=problem, hint=hint, status=STATUS[outcome.outcome])
    if outcome.retry_after_s:
        response["Retry-After"] = str(outcome.retry_after_s)
    return response


def _signed_in(request: HttpRequest, outcome: SignIn, wanted: str) -> HttpResponse:
    account = outcome.account
    assert account is not None
    must_change = account.must_change_password or is_password_old(
        account.password, account.password_changed_at
    )
    goal = _with_next("identity:change_password", wanted) if must_change else wanted or reverse("web:home")
    response: HttpResponse = HttpResponseRedirect(goal)
    if outcome.recovery_codes:
        context = {"codes": outcome.recovery_codes, "goal": goal}
        response = render(request, "identity/recovery_codes_first.html", context)
    give_cookie(response, outcome.token)
    response.delete_cookie(pending.COOKIE, path=reverse("identity:sign_in"))
    rotate_token(request)
    if outcome.replaced:
        flash(response, "warning", _replaced(outcome.replaced))
    return response


def _awaiting(request: HttpRequest, outcome: SignIn, wanted: str) -> HttpResponse:
    route = "prove_second_factor" if outcome.outcome == "second_factor" else "enrol_at_sign_in"
    response = HttpResponseRedirect(_with_next(f"identity:{route}", wanted))
    response.set_cookie(
        pending.COOKIE,
        outcome.pending,
        max_age=limits().pending_minutes * 60,
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
        path=reverse("identity:sign_in"),
    )
    return response


def _words(outcome: SignIn) -> tuple[str, str]:
    minutes = -(-outcome.retry_after_s // 60)
    later = ngettext("Try again in %(count)s minute.", "Try again in %(count)s minutes.", minutes) % {
        "count": minutes
    }
    return {
        "wrong": (
            _("User name or password is wrong."),
            _("After several failures the way in closes for a while."),
        ),
        "locked": (_("Too many failed attempts for this user name."), later),
        "too_many": (_("Too many failed attempts from this network."), later),
        "expired": (_("This step took too long or was done already."), _("Sign in again.")),
        "not_linked": (
            _("No account here is linked to you."),
            _("Ask the system administrator of your unit to link your account."),
        ),
    }[outcome.outcome]


def _wrong_code() -> str:
    return _("This code is wrong or was used already. Wait for the next one.")


def _replaced(addresses: tuple[str, ...]) -> str:
    return _("An older session was ended, since only so many may be open at once: %(addresses)s") % {
        "addresses": ", ".join(addresses)
    }


def _why_again(request: HttpRequest) -> str:
    """Why this browser's last session is over, unless its holder ended it here."""
    session = session_of_token(request.COOKIES.get(COOKIE, ""))
    if session is None or session.end_reason in ("", EndReason.SIGNED_OUT, EndReason.ROTATED):
        return ""
    return {
        EndReason.IDLE: _("You were signed out because the page was not used for a while."),
        EndReason.REPLACED: _("You were signed out here because you signed in elsewhere."),
        EndReason.POWERS: _("Your roles or posts changed. Sign in again to continue."),
        EndReason.PASSWORD: _("The password of your account changed. Sign in with the new one."),
        EndReason.LOCKED: _("Your account was locked after several failed attempts."),
    }.get(EndReason(session.end_reason), _("Your session was ended. Sign in again to continue."))


def _sign_in_page(
    request: HttpRequest, *, problem: Words = "", hint: Words = "", notice: str = "", status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "username": request.POST.get("username", ""),
        "next": safe_next(request),
        "problem": problem,
        "hint": hint,
        "notice": notice,
        "single_sign_on": single_sign_on.is_configured(),
    }
    return render(request, "identity/sign_in.html", context, status=status)


def _code_page(request: HttpRequest, problem: str = "", *, status: int = 200) -> HttpResponse:
    context = {"problem": problem, "next": safe_next(request)}
    return render(request, "identity/prove.html", context, status=status)


def _pending_note(request: HttpRequest) -> pending.Pending | None:
    return pending.read(request.COOKIES.get(pending.COOKIE, ""))


def _start_again(request: HttpRequest) -> HttpResponse:
    response = HttpResponseRedirect(_with_next("identity:sign_in", safe_next(request)))
    return flash(response, "info", _("This step took too long. Sign in again."))


def _with_next(route: str, wanted: str) -> str:
    return query_url(reverse(route), {"next": wanted})


def _redirect(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("identity:finish_single_sign_on"))
