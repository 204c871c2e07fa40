"""Every string a person reads passes through ``_``, so that another language is a catalogue and not a rewrite.

The language is chosen before the first text is asked for, so constants of modules and classes are translated where they
are defined. What is *stored* stays in the source language: :func:`stored` gives it back when a sentence is
written into a run folder, :func:`told` translates it where it is shown. Keys that are shown as words (choices, series,
controls, classes) are marked by :func:`msg` and go through :func:`_` where they are shown. ``docs/languages.md`` says how
a catalogue is made.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from ganstudio.core.resources import resource_folder

_DOMAIN = "ganstudio"
PSEUDO = "pseudo"
"""A language for tests and for whoever lays out: every text in brackets, and longer by a third."""
_FIELD = re.compile(r"\{(\w+)[^}]*\}")
_FIXED = re.compile(r"(\{[^}]*\}|<[^>]*>|&\w+;|https?://\S+)")


class _Pseudo(gettext.NullTranslations):
    """Turns every text, but for its placeholders and tags."""

    def gettext(self, message: str) -> str:
        parts = _FIXED.split(message)
        return f"⟦{''.join(part if at % 2 else re.sub('[aeiouAEIOU]', _twice, part) for at, part in enumerate(parts))}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(super().ngettext(msgid1, msgid2, n))


def _twice(vowel: re.Match[str]) -> str:
    return vowel[0] + vowel[0].lower()


def _load() -> gettext.NullTranslations:
    wanted = os.environ.get("GANSTUDIO_LANGUAGE")
    if wanted == PSEUDO:
        return _Pseudo()
    languages = [wanted] if wanted else None
    return gettext.translation(_DOMAIN, resource_folder() / "locale", languages=languages, fallback=True)


_translations = _load()
_PLAIN = type(_translations) is gettext.NullTranslations


class Text(str):
    """A translated text that knows what it is in the source language, with the same values filled in."""

    source: str

    @classmethod
    def of(cls, translated: str, source: str) -> Text:
        """A translation with its source."""
        made = cls(translated)
        made.source = source
        return made

    def format(self, *args: object, **values: object) -> Text:
        """Both with these values."""
        theirs = {name: stored(value) for name, value in values.items()}
        return Text.of(super().format(*args, **values), self.source.format(*map(stored, args), **theirs))

    def __str__(self) -> str:
        return self  # an exception hands its sentence out by this: it goes on knowing its source


def _(text: str) -> str:
    """The text in the person's language; the text itself where there is no translation, and where it is empty."""
    return text if _PLAIN or not text else Text.of(_translations.gettext(text), text)


def msg(text: str) -> str:
    """The text as it is: marks one that is kept or compared, and goes through :func:`_` where it is shown."""
    return text


def stored(value: Any) -> Any:
    """A text, or plain JSON values with texts, as written into a run folder: in the source language, for everybody."""
    if isinstance(value, Text):
        return value.source
    if isinstance(value, dict):
        return {key: stored(one) for key, one in value.items()}
    return [stored(one) for one in value] if isinstance(value, list | tuple) else value


@cache
def told(text: str) -> str:
    """A text that comes from a run folder, whole sentences with their values filled in, in the person's language."""
    if _PLAIN or isinstance(text, Text) or not text:
        return text
    known: dict[Any, str] = getattr(_translations, "_catalog", {})
    if text not in known:
        for template in sorted((one for one in known if isinstance(one, str) and "{" in one), key=len, reverse=True):
            found = _pattern(template).fullmatch(text)
            if found is not None:
                return _FIELD.sub(lambda field, of=found: told(of[field[1]]), known[template])  # type: ignore[misc]
    return _(text)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """What a template looks like once its placeholders are filled in."""
    parts, seen, made = _FIELD.split(template), set[str](), []
    for at, part in enumerate(parts):
        made.append(re.escape(part) if at % 2 == 0 else f"(?P={part})" if part in seen else f"(?P<{part}>.+?)")
        if at % 2:
            seen.add(part)
    return re.compile("".join(made), re.DOTALL)


def plural(one: str, many: str, n: int, **words: object) -> str:
    """The right form for a count, with ``{n}`` and the other words filled in: ``plural("{n} file", "{n} files", 3)``."""
    found = _translations.ngettext(one, many, n)
    return (found if _PLAIN else Text.of(found, one if n == 1 else many)).format(n=n, **words)


def language() -> str:
    """The language of what :func:`_` returns, e.g. ``"zh_CN"``; empty where there is no catalogue."""
    return _translations.info().get("language", "")


def some_of(values: Sequence[object], most: int = 8) -> str:
    """The first of some names or numbers, in words; an ellipsis where there are more."""
    return ", ".join(map(str, values[:most])) + (_(", …") if len(values) > most else "")


def size_text(size: int | None) -> str:
    """Bytes in the unit that suits them: ``"320 kB"``, ``"12.4 MB"``; a dash while nobody knows."""
    if size is None:
        return "–"
    value, unit = float(size), _("B")
    for larger in (_("kB"), _("MB"), _("GB"), _("TB")):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 100 or unit == _("B") else f"{value:.1f} {unit}"


def percent(value: float, digits: str = ".0f") -> str:
    """``"54 %"``, with a space at which no line breaks.

    Args:
        value: in percent.
        digits: how it is written.
    """
    return f"{value:{digits}}\N{NO-BREAK SPACE}%"


def clock(seconds: float) -> str:
    """A duration as ``1:05`` or ``2:03:10``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
