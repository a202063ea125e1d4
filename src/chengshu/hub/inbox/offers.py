"""Where the things that links name are looked at."""

from __future__ import annotations

from django.urls import reverse

from chengshu.foundation.events.offers import show_things

for _kind in ("case", "case_id"):
    show_things(_kind, lambda case_id: reverse("inbox:case", args=[case_id]))
