from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Identity(Foundation):
    title = _("Accounts")
    owner = "foundation"
    open_tables: ClassVar[dict[str, str]] = {
        "identity_session": "every request may note that a session was used or has run out",
        "identity_loginattempt": "attempts are counted before anybody is known",
        "identity_tokenuse": "every call of a machine may note that its token was used",
    }
