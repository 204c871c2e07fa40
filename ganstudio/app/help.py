"""Pages to read: what a method's docstring says, and the words of the field. Plain data for a viewer; no Qt, no torch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

from ganstudio.app.generators.catalogue import MethodCard, kinds_text
from ganstudio.app.glossary import GLOSSARY
from ganstudio.core.i18n import _

WORDS = "glossary"
"""The key of the page with the words of the field."""
_KNOB = re.compile(r" {4}([a-z]\w*(?:, [a-z]\w*)*) +(.*)")
_NUMBER = re.compile(r"\s{3,}(\([^()]*(?:eq|section|appendix|algorithm|as in)[^()]*\))$")
_GAP = re.compile(r"(?<=\S)\s{6,}(?=\S)")

_HEADINGS = {"Knobs": _("What the settings do"), "What goes wrong": _("What goes wrong")}


class Page(NamedTuple):
    """One page, or a place on one.

    Attributes:
        key: what it is asked for by.
        title, group: of it and of the heading it stands under in the list.
        html: what is read, in a small part of HTML; everything in it is escaped. A link ``page:KEY`` leads to another page.
        words: the same as plain text, to be searched.
        anchor: the place on the page; empty for its beginning.
    """

    key: str
    title: str
    group: str
    html: str
    words: str
    anchor: str = ""


def pages(methods: Sequence[MethodCard]) -> tuple[Page, ...]:
    """The words of the field, then a page for each method, family by family."""
    told = "".join(
        f'<p><a name="{place}"></a><b>{escape(word)}</b><br>{escape(text)}</p>'
        for place, (word, text) in enumerate(GLOSSARY.items())
    )
    html, group, found = f"<h2>{escape(_('Glossary'))}</h2>{told}", _("Glossary"), []
    for family in dict.fromkeys(card.family_title for card in methods):
        found += [page_of(card, methods) for card in methods if card.family_title == family]
    found.append(Page(WORDS, _("All words"), group, html, group))
    for place, (word, text) in enumerate(GLOSSARY.items()):
        found.append(Page(f"{WORDS}:{word}", word, group, html, f"{word} {text}", str(place)))
    return tuple(found)


def page_of(card: MethodCard, methods: Sequence[MethodCard]) -> Page:
    """What there is to say about a method."""
    titles = {spec.name: spec.title for spec in card.fields}
    page = card.page or f"{card.title}: {card.summary}"
    first = page.removeprefix(f"{card.title}: ")  # the heading says it
    head, *blocks = docstring_html(first[:1].upper() + first[1:], titles)
    data = " · ".join(filter(None, (kinds_text(card.data_kinds), card.needs.words)))
    about = f"{card.family_title} · {card.year} · {data}"
    titled = {other.name: other.title for other in methods}
    links = [f'<a href="page:{name}">{escape(titled[name])}</a>' for name in card.compare if name in titled]
    looks = f"<h3>{escape(_('What to look for'))}</h3><p>{escape(card.look_for)}</p>"
    html = f"<h2>{escape(card.title)}</h2><p class='muted'>{escape(about)}</p><b>{head}</b>{''.join(blocks)}{looks}"
    if links:
        html += f"<h3>{escape(_('Compare with'))}</h3><p>{' · '.join(links)}</p>"
    return Page(card.name, card.title, card.family_title, html, f"{card.title} {card.page} {card.look_for} {about}")


def docstring_html(text: str, titles: Mapping[str, str]) -> Iterator[str]:
    """A method's docstring, block by block: paragraphs, formulae in one width, and lists of what settings do.

    Args:
        text: as it stands in the file, without the indentation of the whole.
        titles: name → what a form calls it, of the method's settings.
    """
    section = ""
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        lines = block.split("\n")
        if not lines[0].startswith(" "):
            section = ""
            if len(lines) > 1 and all(line.startswith("    ") for line in lines[1:]):
                section = lines.pop(0).strip()
                yield f"<h3>{_inline([_HEADINGS.get(section, section)])}</h3>"
        if not section and lines[0].startswith(" "):
            yield _formulae(lines)
        elif section and _KNOB.match(lines[0]) and section == "Knobs":
            yield "".join(_knobs(lines, titles))
        else:
            yield f"<p>{_inline(lines)}</p>"


def _inline(lines: Iterable[str]) -> str:
    text = escape(" ".join(line.strip() for line in lines), quote=False)
    text = re.sub(r"``(.+?)``", r"<code>\1</code>", text)
    return re.sub(r"(?<!\w)\*([^*\s][^*]*?)\*(?!\w)", r"<i>\1</i>", text)


def _formulae(lines: Sequence[str]) -> str:
    """One row for each formula, with its number at the right; what stands far from each other gets rows of its own."""
    rows, indent = [], min(len(line) - len(line.lstrip()) for line in lines)
    for line in lines:
        number = _NUMBER.search(line)
        body = line[indent : number.start()] if number else line[indent:]
        parts = _GAP.split(body.rstrip())
        for place, part in enumerate(parts):
            shown = escape(part, quote=False).replace("  ", "&nbsp;&nbsp;")
            right = escape(number[1]) if number and place == len(parts) - 1 else ""
            rows.append(f"<tr><td class='formula'>{shown}</td><td class='number' align='right'>{right}</td></tr>")
    return f"<table width='100%' cellpadding='4' cellspacing='0' class='formula'>{''.join(rows)}</table>"


def _knobs(lines: Sequence[str], titles: Mapping[str, str]) -> Iterator[str]:
    starts = [place for place, line in enumerate(lines) if not line.startswith("     ") and _KNOB.match(line)]
    for first, last in zip(starts, [*starts[1:], len(lines)], strict=True):
        found = _KNOB.match(lines[first])
        assert found is not None  # that is what a start is
        names = found[1].split(", ")
        anchors = "".join(f'<a name="{name}"></a>' for name in names)
        called = ", ".join(dict.fromkeys(titles.get(name, "") for name in names if name in titles))
        head = (
            f"<b>{escape(called)}</b> &nbsp;<code>{escape(found[1])}</code>" if called else f"<b>{escape(found[1])}</b>"
        )
        yield f"<p>{anchors}{head}<br>{_inline([found[2], *lines[first + 1 : last]])}</p>"
