"""The board and what one finds by following it: projects, promises, the finder, comparisons."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from chengshu.hub.promises.pages.board.compare import compare_form, compare_year
from chengshu.hub.promises.pages.board.field import show_board
from chengshu.hub.promises.pages.board.finder import find
from chengshu.hub.promises.pages.board.project import show_project
from chengshu.hub.promises.pages.board.promise import show_promise

urlpatterns: list[URLPattern] = [
    path("", show_board, name="board"),
    path("find/", find, name="find"),
    path("compare/", compare_year, name="compare"),
    re_path(r"^compare/(?P<ref>P\d{2,4}|D)/$", compare_form, name="compare_form"),
    re_path(r"^projects/(?P<ref>P\d{2,4}|D)/$", show_project, name="project"),
    re_path(r"^(?P<slug>P\d{2,4}-\d{1,3}|D\d{2,4})/$", show_promise, name="indicator"),
]
