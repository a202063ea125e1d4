"""Long work: queued, resumable, with progress that people can watch."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Jobs(Foundation):
    title = _("Jobs")
    owner = "foundation"
    open_tables: ClassVar[dict[str, str]] = {
        "jobs_periodicrun": "the worker notes when it last did its rounds",
    }
