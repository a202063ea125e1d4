"""Every write on promises, one module per kind of work."""

from chengshu.hub.promises.actions import importing

__all__ = ["importing"]
