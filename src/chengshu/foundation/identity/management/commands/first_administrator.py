"""Makes the first accounts if there are none, and prints what opens them, once."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from chengshu.foundation.asking import asking, system
from chengshu.foundation.identity.first_accounts import create_first_accounts


class Command(BaseCommand):
    help = "Make the three administrators and the first performance officer if there are none."

    def handle(self, *args: Any, **options: Any) -> None:
        with asking(system("first start", "cli")):
            made = create_first_accounts()
        if made:
            self.stdout.write(json.dumps([asdict(account) for account in made], ensure_ascii=False))
