"""Which roles carry which powers of this scene."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

grant(
    "window_clerk",
    "sample.view",
    "sample.leave_note",
    "sample.acknowledge_note",
    "sample.answer_note",
    "sample.reveal_phone",
)
