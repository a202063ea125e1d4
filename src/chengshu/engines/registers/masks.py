"""How personal values are masked for display (``x-masked``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from chengshu.foundation import codes

MASKS: Final[Mapping[str, Callable[[str], str]]] = {
    "name": codes.mask_name,
    "id_number": codes.mask_id_number,
    "phone": codes.mask_phone,
    "address": codes.mask_address,
    "email": codes.mask_email,
    "bank_card": codes.mask_bank_card,
    "plate": codes.mask_plate,
    "hidden": lambda text: "＊" * 6,
}


def masked(kind: str, text: str) -> str:
    """The text with its personal part hidden; an empty text stays empty."""
    return MASKS[kind](text) if text else ""
