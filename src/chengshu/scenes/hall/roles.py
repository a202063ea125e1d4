"""The window clerk's screen."""

from __future__ import annotations

from chengshu.foundation.orgs.roles import grant

grant("window_clerk", "hall.view")
