"""Entry point of ``python -m chengshu.cli``."""

from __future__ import annotations

import sys

from chengshu.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
