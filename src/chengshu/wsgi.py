"""The WSGI application that the web processes serve: Django, behind the pages kept for everybody."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengshu.settings")
_pages = get_wsgi_application()

from django.conf import settings  # noqa: E402 (the apps are ready only now)
from django.template import engines  # noqa: E402
from django.template.loader import get_template  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import translation  # noqa: E402

from chengshu.foundation.http.kept import Front  # noqa: E402 (its models need the apps)
from chengshu.foundation.runtime.memory import collect_seldom  # noqa: E402


def _prepare() -> None:
    """What the first to ask a new process would otherwise wait for: the addresses of all pages, and their frame."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            reverse("web:home")
    for frame in ("base.html", "public_base.html", "ui.html"):
        get_template(frame)
    templates = engines.all()[0].env  # type: ignore[attr-defined]
    for macros in templates.list_templates(filter_func=lambda name: name.startswith("macros/")):
        get_template(macros)


_prepare()
collect_seldom()
application = Front(_pages)
