"""Makes the three administrators if there are none, and prints what opens their accounts, once."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from chengshu.foundation.asking import asking, system
from chengshu.foundation.identity.first_administrators import create_first_administrators


class Command(BaseCommand):
    help = "Make the system, security and audit administrators if there are none."

    def handle(self, *args: Any, **options: Any) -> None:
        with asking(system("first start", "cli")):
            made = create_first_administrators()
        if made:
            told = {
                "login": " · ".join(one.username for one in made),
                "password": " · ".join(one.password for one in made),
            }
            self.stdout.write(json.dumps(told, ensure_ascii=False))
