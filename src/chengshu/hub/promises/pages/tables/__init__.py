"""The two official tables: bringing them in, holding them together, checking them, taking them away."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from chengshu.hub.promises.pages.tables.downloading import download, show_downloads
from chengshu.hub.promises.pages.tables.findings import show_findings, show_rules
from chengshu.hub.promises.pages.tables.importing import import_step
from chengshu.hub.promises.pages.tables.reconciling import show_checks

urlpatterns: list[URLPattern] = [
    path("import/", import_step, name="import"),
    path("reconcile/", show_checks, name="reconcile"),
    path("findings/", show_findings, name="findings"),
    path("rules/", show_rules, name="rules"),
    path("downloads/", show_downloads, name="downloads"),
    re_path(
        r"^downloads/(?P<form>targets|lint)\.(?P<file_format>xlsx|docx|pdf|csv|json)$",
        download,
        name="download",
    ),
]
