"""Mounts what the installed apps bring: pages under their own name, and one API."""

from __future__ import annotations

from importlib import import_module

from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import module_has_submodule

from chengshu.foundation.http.api import api
from chengshu.foundation.manifest import Module, modules


def _pages(module: Module) -> list[URLPattern | URLResolver]:
    if not module_has_submodule(module.module, "urls"):
        return []
    routes = import_module(f"{module.name}.urls")
    prefix = getattr(routes, "prefix", f"{module.label.replace('_', '-')}/")
    return [path(prefix, include((routes.urlpatterns, module.label)))]


urlpatterns = [
    *(route for module in modules() for route in _pages(module)),
    path("api/v1/", api.urls),
]

handler400 = "chengshu.foundation.http.problem.bad_request"
handler404 = "chengshu.foundation.http.problem.not_found"
handler500 = "chengshu.foundation.http.problem.broken"
