"""Files: content-addressed, checked by content, downloaded only within scope."""

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Files(Foundation):
    title = _("Files")
    owner = "foundation"
