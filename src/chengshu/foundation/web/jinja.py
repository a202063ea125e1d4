"""The Jinja2 environment of every page, and the template engine that finds pages in ``<app>/templates``.

Settings point ``TEMPLATES[0]["BACKEND"]`` to :class:`Templates` and its ``environment`` option to
:func:`environment`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.template.backends.jinja2 import Jinja2
from django.template.utils import get_app_template_dirs
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils import translation
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from chengshu.foundation.web import assets, formats, icons, shell

PACKAGE = Path(__file__).resolve().parents[2]


class Templates(Jinja2):
    """Django's Jinja2 engine, reading ``templates/`` of our own apps only.

    Third-party apps (the admin) keep Django templates in folders of the same name; they stay unseen here.
    """

    app_dirname = "templates"

    @property
    def template_dirs(self) -> tuple[Any, ...]:
        """Our apps' template folders, after the configured ones."""
        found = get_app_template_dirs(self.app_dirname) if self.app_dirs else ()
        ours = tuple(folder for folder in found if PACKAGE in Path(folder).resolve().parents)
        return (*self.dirs, *ours)


def environment(**options: Any) -> Environment:
    """A Jinja2 environment with the shell's functions and formats, translating through Django."""
    env = Environment(  # noqa: S701 (Django's engine switches escaping on; so does the default here)
        **{"autoescape": True, "trim_blocks": True, "lstrip_blocks": True, **options},
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translation.gettext,
        ngettext=translation.ngettext,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
        newstyle=True,
    )
    env.globals["gettext"] = translated
    env.globals.update(
        static=static,
        url=url,
        once=once,
        asset=assets.asset,
        icon=icons.icon,
        query_url=shell.query_url,
        data_block=data_block,
        value_of=value_of,
        language_code=translation.get_language,
    )
    env.filters.update(
        money=formats.money,
        number=formats.number,
        percent=formats.percent,
        date=formats.local_date,
        datetime=formats.local_datetime,
        relative_days=formats.relative_days,
        file_size=formats.file_size,
        choices=shell.choices,
    )
    return env


@pass_context
def translated(context: Context, message: str, /, **variables: Any) -> str:
    """The message in the active language, its variables escaped and put in.

    Jinja's own version formats even without variables, which forbids both a bare per-cent sign and the
    ``_("… %(name)s") % {…}`` spelling; here both work.
    """
    text: str = translation.gettext(message)
    if context.eval_ctx.autoescape:
        text = Markup(text)  # noqa: S704 (a catalogue is ours)
    if variables:
        return text % variables
    return text if "%(" in text else text.replace("%%", "%")


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named route."""
    if args or kwargs:
        return reverse(name, args=args or None, kwargs=kwargs or None)
    return _address(name, get_script_prefix())


@lru_cache(maxsize=2_000)
def _address(name: str, _prefix: str) -> str:
    return reverse(name)


MOST_FRAGMENTS: Final = 500


def once(key: Hashable, macro: Callable[..., str], *arguments: Any) -> str:
    """What a macro draws of these arguments, drawn once in a process for each language and ``key``.

    For what many people see the same, such as the menu of everybody who may go to the same places: the key must hold
    everything that it depends on, and nothing of one person may stand in it.
    """
    whole = (getattr(macro, "name", macro), translation.get_language(), key)
    drawn = _fragments.get(whole)
    if drawn is None:
        if len(_fragments) >= MOST_FRAGMENTS:
            _fragments.clear()
        drawn = _fragments[whole] = macro(*arguments)
    return drawn


_fragments: dict[Hashable, str] = {}


def value_of(row: Any, key: str) -> Any:
    """A row's value by key or attribute; ``None`` when the row is a mapping without it.

    :raises AttributeError: the row is an object without such an attribute
    """
    return row.get(key) if isinstance(row, Mapping) else getattr(row, key)


_HTML_IN_JSON = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def data_block(value: Any, block_id: str) -> Markup:
    """``value`` as JSON in a data block that the browser never executes, for an island to read.

    Decimals become strings of their digits, so an amount arrives unrounded.
    """
    text = json.dumps(value, ensure_ascii=False, default=str).translate(_HTML_IN_JSON)
    return Markup('<script type="application/json" id="{}">{}</script>').format(block_id, Markup(text))  # noqa: S704
