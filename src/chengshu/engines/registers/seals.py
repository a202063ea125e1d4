"""What is kept sealed (SM4-GCM): drafts, what was typed, personal values. A seal opens only where it was made for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chengshu.engines.registers.data import Typed
from chengshu.foundation.identity.sealing import seal, unseal


def sealed(content: Mapping[str, Any], context: str) -> str:
    """The content, readable only with the platform's key and for the same context."""
    return seal(json.dumps(content), f"registers.{context}")


def opened(text: str, context: str) -> dict[str, Any]:
    """What was sealed.

    :raises InvalidInput: if it was altered or sealed for another context
    """
    return dict(json.loads(unseal(text, f"registers.{context}")))


def typed_content(typed: Typed) -> dict[str, list[str]]:
    return {path: list(values) for path, values in typed.entries.items()}


def typed_again(content: Mapping[str, list[str]]) -> Typed:
    return Typed({path: tuple(values) for path, values in content.items()})
