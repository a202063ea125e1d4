from django.utils.translation import gettext_lazy as _

from chengshu.foundation.manifest import Engine


class Streams(Engine):
    title = _("Devices and streams")
    owner = "engines"
    open_tables = {
        "streams_checkpoint": "the pump notes many times a minute how far it has read each spool; no unit's data",
        "streams_rulememory": "the rule engine saves what it remembers, every few seconds; nobody reads it",
    }
