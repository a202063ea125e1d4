"""Every message of the shell has its simplified Chinese, with the same placeholders."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

WEB = Path(__file__).parents[1]
CATALOGUE = WEB / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
METHODS = [("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
OPTIONS = {
    "templates/**.html": {"extensions": "jinja2.ext.do", "newstyle_gettext": "true", "silent": "false"}
}
TESTED_ONLY = "tests/"


def used_messages() -> set[str]:
    found = extract_from_dir(WEB, METHODS, OPTIONS, keywords={"_": None, "gettext": None, "ngettext": (1, 2)})
    wanted = (message for file, _, message, *_ in found if not str(file).startswith(TESTED_ONLY))
    return {message[0] if isinstance(message, tuple) else message for message in wanted}


def catalogue():
    with CATALOGUE.open("rb") as file:
        return {
            (message.id[0] if isinstance(message.id, tuple) else message.id): message
            for message in read_po(file)
            if message.id
        }


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s", text))


def test_messages_were_found_in_templates_and_code():
    assert {"Skip to the content", "today", "in %(days)s day"} <= used_messages()


def test_no_message_lacks_its_chinese():
    known = catalogue()
    untranslated = {text for text, entry in known.items() if not any(entry.string) or entry.fuzzy}
    assert used_messages() - (known.keys() - untranslated) == set()


def test_no_translation_is_for_a_message_that_is_gone():
    assert catalogue().keys() - used_messages() == set()


def test_placeholders_survive_translation():
    for entry in catalogue().values():
        text = entry.id[-1] if isinstance(entry.id, tuple) else entry.id
        strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        for string in strings:
            assert placeholders(string) == placeholders(text), text
