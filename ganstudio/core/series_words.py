"""What people call each measured series, in which range it moves and what that means: said once, where it is shown.

A run stores keys (``"discriminator/real"``); runs of other programs and of earlier versions have keys that nobody listed
here, and those are made readable by a rule.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ganstudio.core.i18n import _, percent, told
from ganstudio.core.ticks import short_number

if TYPE_CHECKING:
    from ganstudio.core.events import SeriesInfo

DISTANCE = "distance to the data %"
"""The series by which the best step of a run is chosen."""


def label_of(info: SeriesInfo) -> str:
    """What people read of a series: no key, no slash, no underscore."""
    first, slash, rest = info.name.partition("/")
    if not slash:
        return told(info.title) or _whole().get(info.name) or _plain(info.name)
    if first == "rate" and info.kind == "measure":
        return _("learning rate, {who}").format(who=_who(rest))
    if info.title:
        return told(info.title)
    if info.kind == "gradient":
        return _("|∇| {who}").format(who=_who(rest if first == "gradient" else first))
    return _terms().get(rest, _("{who} {term}")).format(who=_who(first), term=_plain(rest))


def name_of(info: SeriesInfo) -> str:
    """What it is called beside its value, which tells that it is a share."""
    return label_of(info).removesuffix(" %")


def is_count(info: SeriesInfo) -> bool:
    """Whether its values are whole numbers."""
    return info.name == "modes"


def share_of(value: float) -> str:
    """A share in percent: ``"98 %"``, ``"0.1 %"``."""
    return percent(value, ".0f" if value >= 1 or not value else ".1g")  # some is not none


def value_of(info: SeriesInfo, value: float) -> str:
    """A value as people read it: ``"8"`` of a count, ``"98 %"`` of a share, else ``"0.497"``."""
    if not math.isfinite(value):
        return short_number(value)
    if info.name.endswith("%"):
        return share_of(value)
    return f"{value:.0f}" if is_count(info) else short_number(value)


def help_of(info: SeriesInfo) -> str:
    """What a series says and between which values it moves, in one or two sentences."""
    if (known := _helps().get(info.name)) is not None:
        return known
    if info.name.startswith("rate/"):
        return _("The learning rate in force, which falls as it was asked to.")
    if (known := _help_of_measure(info.name)) is not None:
        return known
    return _kinds()[info.kind, info.role if info.role in ("real", "fake") else ""]


def measured_help(series: str) -> str:
    """What is said of a metric that is measured while training, by the name of its series; see :func:`_measured`.

    Raises:
        KeyError: it has no line in that table.
    """
    return _measured()[series]


def _help_of_measure(name: str) -> str | None:
    """The same of a stored name, which a template such as ``"purity of {name} %"`` may stand for."""
    measured = _measured()
    if name in measured:
        return measured[name]
    parts = {key: key.split("{name}") for key in measured if "{name}" in key}
    return next((measured[key] for key, (a, b) in parts.items() if name.startswith(a) and name.endswith(b)), None)


def shared(infos: Sequence[SeriesInfo]) -> str:
    """What stands before the comma in all labels; empty where it differs."""
    before = {info.label.rpartition(", ")[0] for info in infos}
    return before.pop() if len(before) == 1 else ""


def labels(series: Sequence[SeriesInfo]) -> dict[str, str]:
    """What each series of one plot is called in it, by name: no two alike, and without what the plot's title says."""
    common = shared(series) if len(series) > 1 and all(info.kind == "measure" for info in series) else ""
    short = {info.name: info.short.removeprefix(f"{common}, " if common else "") for info in series}
    often = list(short.values())
    return {
        name: text if often.count(text) == 1 or text == name else f"{text} ({_plain(name)})"
        for name, text in short.items()
    }


def _plain(key: str) -> str:
    return re.sub(r"[/_]+", " ", key).strip()


def _who(phase: str) -> str:
    """A phase in a few letters: ``"D"``, ``"G"``, ``"E z"``, ``"classifier"``."""
    letters = {"discriminator": "D", "generator": "G", "encoder": "E"}
    return " ".join(letters.get(word, word) for word in re.split(r"[\s/_-]+", phase) if word)


def _whole() -> dict[str, str]:
    return {
        "modes": _("modes"),
        "high-quality samples %": _("on a mode %"),
        "diversity %": _("diversity %"),
        DISTANCE: _("distance %"),
        "class recognised in fakes": _("class recognised in fakes"),
        "D(x) of a wrong class": _("D(x) of a wrong class"),
    }


def _terms() -> dict[str, str]:
    """What a term of a loss is called, with the letter of whose loss it is."""
    return {
        "real": _("{who} on real"),
        "fake": _("{who} on fakes"),
        "adversarial": _("{who} adversarial"),
        "penalty": _("{who} slope penalty"),
        "l1": _("{who} distance to the target"),
        "features": _("{who} feature distance"),
        "feature matching": _("{who} feature matching"),
        "kl": _("{who} KL to the prior"),
        "z": _("{who} of the latent"),
        "class": _("{who} of the class"),
        "class of real": _("{who} of the class of real"),
        "wrong class": _("{who} on a wrong class"),
        "labelled": _("{who} on labelled items"),
        "category": _("{who} of the category"),
        "codes": _("{who} of the codes"),
        "cycle": _("{who} there and back"),
        "identity": _("{who} leave as it is"),
        "distance": _("{who} perceived distance"),
        "margin": _("{who} margin"),
    }


def _measured() -> dict[str, str]:
    """Helps of what is measured of samples, in a table and as a curve: said here, where a stored run finds them, too."""
    return {
        "modes": _("How many modes of the data the samples reach (within 3σ), from none to all."),
        "high-quality samples %": _("Share of the samples within 3σ of a mode, 0 to 100 %; 98.9 % is perfect."),
        DISTANCE: _("How far the samples lie from the data, seen from many directions, in percent of the data’s spread: "
                    "near 0 % they can hardly be told apart; the best checkpoint is chosen by it (sliced Wasserstein "
                    "distance; of points also how far the nearest lies). Of pictures it sees light and shade, no detail."),
        "diversity %": _("How far the samples lie apart, compared with real data: near 0 % all look alike, near 100 % they "
                         "are as varied as the data."),
        "purity of {name} %": _("Share of real items that belong to the most frequent class of their cluster, 0 to 100 %."),
        "accuracy {name} %": _("Share of real items, kept out of training where some are, whose class is recognised: 0 to "
                               "100 %."),
    }  # fmt: skip


def _helps() -> dict[str, str]:
    return {
        "class recognised in fakes": _("Share of generated items whose class D’s classifier recognises, 0 to 1."),
        "D(x) of a wrong class": _("How real D finds real items that it is told a wrong class of, 0 to 1; low is right."),
        "Q(c)": _("How likely Q finds the code that was drawn, 0 to 1: 1 means that it reads every code in the picture."),
    }  # fmt: skip


def _kinds() -> dict[tuple[str, str], str]:
    other = _("A quantity that this method measures of itself.")
    loss = _("One term of the losses that are minimised. Lower is not always better: it is measured against an opponent "
             "that improves too.")  # fmt: skip
    gradient = _(
        "Length of the gradient before clipping, 0 and up: near 0 nothing is learned, sudden peaks are trouble."
    )
    quality = _("A measure of what is drawn.")
    texts: dict[tuple[str, str], str] = {
        ("probability", "real"): _("How real D finds real data, from 0 (fake) to 1 (real); ½ means that it cannot tell."),
        ("probability", "fake"): _("How real D finds what G draws, from 0 (fake) to 1 (real); ½ means that it cannot tell."),
        ("probability", ""): _("A probability, from 0 to 1."),
        ("score", "real"): _("The critic’s mean value on real data. It has no fixed range: the gap to the fakes counts."),
        ("score", "fake"): _("The critic’s mean value on what G draws. It has no fixed range: the gap to real data counts."),
        ("score", ""): other,
    }  # fmt: skip
    for role in ("real", "fake", ""):
        texts |= {("loss", role): loss, ("gradient", role): gradient, ("quality", role): quality}
        texts["measure", role] = other
    return texts
