"""Reviewing: what waits for whom, one form with its life, its adjustment, decisions on findings, and what is public."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from chengshu.hub.promises.pages.review.adjust import adjust
from chengshu.hub.promises.pages.review.decisions import accept, accept_safe, dismiss, reopen
from chengshu.hub.promises.pages.review.form import show_form, take
from chengshu.hub.promises.pages.review.inbox import advance_many, record_dates, show_inbox
from chengshu.hub.promises.pages.review.public import (
    download_publication,
    download_year,
    show_publication,
    show_published,
    withdraw,
)

FORM = r"^forms/(?P<ref>P\d{2,4}|D)/"

urlpatterns: list[URLPattern] = [
    path("review/", show_inbox, name="review"),
    path("review/advance/", advance_many, name="review_advance"),
    path("review/dates/", record_dates, name="review_dates"),
    re_path(FORM + "$", show_form, name="form"),
    re_path(FORM + "adjust/$", adjust, name="adjust"),
    re_path(FORM + "safe/$", accept_safe, name="accept_safe"),
    re_path(FORM + r"steps/(?P<step>[a-z_]{1,60})/$", take, name="step"),
    path("findings/<int:number>/dismiss/", dismiss, name="dismiss_finding"),
    path("findings/<int:number>/reopen/", reopen, name="reopen_finding"),
    path("findings/<int:number>/accept/", accept, name="accept_suggestion"),
    path("public/", show_published, name="public"),
    path("public/<int:number>/", show_publication, name="publication"),
    path("public/<int:number>/withdraw/", withdraw, name="withdraw_publication"),
    re_path(
        r"^public/(?P<number>\d{1,18})\.(?P<kind>json|csv)$", download_publication, name="publication_file"
    ),
    re_path(r"^public/year-(?P<year>\d{4})\.(?P<kind>json|csv)$", download_year, name="public_year_file"),
]
