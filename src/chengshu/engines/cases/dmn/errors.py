"""A DMN model that cannot be used."""

from __future__ import annotations

from typing import ClassVar

from chengshu.engines.cases.refusals import ModelRefused


class DmnError(ModelRefused):
    """A decision model is refused; every reason is in ``findings``, with element and line."""

    default_code: ClassVar[str] = "dmn.refused"
