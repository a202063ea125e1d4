"""The WSGI application that the web processes serve: Django, behind the pages kept for everybody."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengshu.settings")
_pages = get_wsgi_application()

from chengshu.foundation.http.kept import Front  # noqa: E402 (its models need the apps, which are ready only now)

application = Front(_pages)
