from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Http(Foundation):
    title = _("HTTP")
    owner = "foundation"
    open_tables: ClassVar[dict[str, str]] = {
        "http_idempotencykey": "a request that may be repeated is noted before it is known what it does;"
        " row security keeps each to its account",
    }
