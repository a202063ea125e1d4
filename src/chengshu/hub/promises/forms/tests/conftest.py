from __future__ import annotations

import pytest

from chengshu.foundation.errors import Unavailable
from chengshu.foundation.papers.fonts import chinese_fonts


@pytest.fixture(scope="session")
def fonts() -> None:
    """Chinese fonts; the build brings them."""
    try:
        chinese_fonts()
    except Unavailable as error:
        pytest.skip(str(error))
