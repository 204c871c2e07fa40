"""Every string a person reads passes through ``_``, so that another language is a catalogue and not a rewrite."""

from __future__ import annotations

import gettext
import os
from collections.abc import Sequence

from ganstudio.core.resources import resource_folder

_DOMAIN = "ganstudio"


def _load() -> gettext.NullTranslations:
    languages = [os.environ["GANSTUDIO_LANGUAGE"]] if os.environ.get("GANSTUDIO_LANGUAGE") else None
    return gettext.translation(_DOMAIN, resource_folder() / "locale", languages=languages, fallback=True)


_translations = _load()


def _(text: str) -> str:
    """The text in the person's language; the text itself where there is no translation."""
    return _translations.gettext(text)


def plural(one: str, many: str, n: int, **words: object) -> str:
    """The right form for a count, with ``{n}`` and the other words filled in: ``plural("{n} file", "{n} files", 3)``."""
    return _translations.ngettext(one, many, n).format(n=n, **words)


def some_of(values: Sequence[object], most: int = 8) -> str:
    """The first of some names or numbers, in words; an ellipsis where there are more."""
    return ", ".join(map(str, values[:most])) + (_(", …") if len(values) > most else "")
