from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Foundation


class Events(Foundation):
    title = _("Events")
    owner = "foundation"
    open_tables = {
        "events_outboxevent": "the relay marks events as delivered",
        "events_delivery": "the relay notes what each listener made of an event",
    }
