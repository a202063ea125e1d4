"""Accounts and what signing in leaves behind."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded
from chengshu.foundation.identity.terminals import terminal_name


class Account(Recorded, AbstractBaseUser):
    """One person's or machine's way in. What it may do follows from its appointments, never from the account."""

    secret_fields: ClassVar[frozenset[str]] = frozenset({"password", "totp_secret", "recovery_codes"})

    username = models.CharField(_("user name"), max_length=60, unique=True)
    title = models.CharField(_("shown name"), max_length=100)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    password_changed_at = models.DateTimeField(null=True)
    must_change_password = models.BooleanField(default=True)
    failed_attempts = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    totp_secret = models.CharField(max_length=200, blank=True)
    totp_confirmed_at = models.DateTimeField(null=True)
    totp_last_step = models.BigIntegerField(default=0)
    recovery_codes = ArrayField(models.CharField(max_length=100), default=list)
    subject = models.CharField(max_length=200, blank=True, db_index=True)
    last_login = None  # sessions and login attempts tell this better

    USERNAME_FIELD = "username"

    class Meta:
        verbose_name = _("account")
        ordering = ["username"]

    def __str__(self) -> str:
        return self.title or self.username

    @property
    def is_locked(self) -> bool:
        return self.locked_until is not None and self.locked_until > timezone.now()

    @property
    def has_second_factor(self) -> bool:
        return self.totp_confirmed_at is not None

    @property
    def has_local_password(self) -> bool:
        return self.has_usable_password()


class PasswordRecord(models.Model):
    """A former password's hash, so that it is not used again."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="password_records")
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-set_at"]

    def __str__(self) -> str:
        return f"{self.account_id} {self.set_at:%Y-%m-%d}"


class EndReason(models.TextChoices):
    """Why a session is over."""

    SIGNED_OUT = "signed_out", _("Signed out")
    IDLE = "idle", _("Not used for too long")
    REPLACED = "replaced", _("Replaced by a newer session")
    ENDED = "ended", _("Ended from another session")
    ROTATED = "rotated", _("Signed in anew in the same browser")
    PASSWORD = "password", _("Password changed")
    FACTOR = "factor", _("Second factor changed or missing")
    LOCKED = "locked", _("Account locked after failed attempts")
    DISABLED = "disabled", _("Account disabled")
    POWERS = "powers", _("Roles or posts changed")
    ADMINISTRATOR = "administrator", _("Ended by an administrator")


class Session(models.Model):
    """A signed-in terminal. Only the digest of its token is kept; an ended session keeps its row and its reason."""

    token_digest = models.CharField(max_length=64, unique=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sessions")
    started_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    second_factor_at = models.DateTimeField(null=True)
    ip = models.CharField(max_length=45)
    terminal = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=40, blank=True, choices=EndReason.choices)

    class Meta:
        indexes = [
            models.Index(fields=["account"], condition=models.Q(ended_at=None), name="identity_session_live")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.ip}"

    @property
    def terminal_name(self) -> str:
        return terminal_name(self.terminal)


class AttemptOutcome(models.TextChoices):
    """What became of an attempt to sign in."""

    DONE = "done", _("Signed in")
    FIRST_FACTOR = "first_factor", _("Password right, second factor awaited")
    WRONG = "wrong", _("Wrong user name or password")
    WRONG_CODE = "wrong_code", _("Wrong code")
    DISABLED = "disabled", _("Account disabled")
    LOCKED = "locked", _("Locked after failed attempts")
    TOO_MANY = "too_many", _("Too many attempts from this address")
    NOT_LINKED = "not_linked", _("Single sign-on without an account here")


FAILURES = (AttemptOutcome.WRONG, AttemptOutcome.WRONG_CODE, AttemptOutcome.DISABLED)
"""Outcomes in which somebody gave something that was not right."""


class LoginAttempt(models.Model):
    """One attempt to sign in, successful or not (GB/T 22239-2019 8.1.4.3 b)."""

    username = models.CharField(max_length=60, db_index=True)
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="login_attempts")
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    ip = models.CharField(max_length=45, db_index=True)
    terminal = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=30, choices=AttemptOutcome.choices)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.username} {self.outcome}"

    @property
    def terminal_name(self) -> str:
        return terminal_name(self.terminal)


class MachineToken(Recorded):
    """A key of a machine: acts as its account, limited to ``scopes``, until it expires or is revoked."""

    secret_fields: ClassVar[frozenset[str]] = frozenset({"token_digest"})

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="machine_tokens")
    title = models.CharField(max_length=100)
    token_digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=100), default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("machine token")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class TokenUse(models.Model):
    """When and from where a token was used last; plumbing beside the audited token itself."""

    token = models.OneToOneField(MachineToken, on_delete=models.CASCADE, related_name="use", primary_key=True)
    at = models.DateTimeField()
    ip = models.CharField(max_length=45)

    def __str__(self) -> str:
        return f"{self.token_id} {self.ip}"


class SecondFactorRole(Recorded):
    """A role whose holders must use a second factor, besides the administrators, who always must."""

    role_key = models.SlugField(max_length=60, unique=True)

    class Meta:
        verbose_name = _("role with a second factor")
        ordering = ["role_key"]

    def __str__(self) -> str:
        return self.role_key
