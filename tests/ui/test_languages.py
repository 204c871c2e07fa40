"""Another language: whatever a person reads is turned by the pseudo-language, and long words have room."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ganstudio.core import i18n, vocabulary
from ganstudio.core.experiment import Experiment

ROOT = Path(__file__).parents[2]
RUNS = {
    "ring": Experiment("gan", "ring", {"mlp_width": 8, "batch_size": 8}, 20),
    "codes": Experiment("infogan", "digits:size=16", {"conv_width": 4, "batch_size": 8}, 3),
    "maps": Experiment("spade", "landscapes:size=64,count=16", {"width": 4, "hidden": 4, "width_d": 4, "style_size": 5,
                                                                 "batch_size": 2, "scales": 1}, 2),
    "pairs": Experiment("pix2pix", "edges-digits", {"width": 4, "width_d": 4, "batch_size": 2}, 2),
}  # fmt: skip
ALLOWED = (
    r"\b(ring|codes|maps|pairs|alive)\b",  # the runs here
    r"/[\w./-]+|[\w-]+:(…|[\w=,]+)",  # paths and requests for data
    r"min_\S.*|max_[DG{].*|the game of CGAN.*",  # formulas: no words but "real", "fake" and "labels with noise" in them
    r"[^\n]*(et al\.|, \w+ 20\d\d)[^\n]*",  # papers
    r"(?i)\b(ac-|c|dc|dra|ic|info|ls|r|sn|w|cycle)?gans?(-gp)?\b|pix2pix(hd)?|spade|semi-supervised|frogs|\bpan\b",
    r"\b(Fashion-)?K?MNIST\b|CIFAR-10|edges-digits|landscapes|digits",  # data sets; names that are suggested for runs
    r"\b(Adam|RMSProp|SGD|MLP|CPU|CUDA|MPS|RGB|DRAGAN|R1|PNG|GIF|APNG|MP4|ganstudio)\b",
    r"\b(px|kB|MB|GB|log|std|Hz)\b",
    r"\b(Ctrl|Shift|Alt|Meta|Del|Esc|Enter|Return|Space|Home|End|Backspace|PgUp|PgDown|Left|Right|Up|Down|F\d+)\b",
    r"\d+ [A-Z][a-z]{2,8} \d{4}|\d+ [A-Z][a-z]{2}, \d",  # dates come from the system
    r"^\n[a-z]\w+$",  # keys of settings, below what they are called
    r"critic\(.*?\)|D\(.*?\)|G\(.*?\)",
)
"""What stays as it is: names of runs, files, methods and papers, formulas, units, keys."""


def left_out(text: str) -> str:
    """What of a text is in no brackets of the pseudo-language; painted texts may be elided at either end."""
    depth, rest = max(0, text.count("⟧") - text.count("⟦")), []
    for sign in text:
        depth = depth + 1 if sign == "⟦" else max(0, depth - 1) if sign == "⟧" else depth
        if not depth and sign != "⟧":
            rest.append(sign)
    found = "".join(rest)
    for pattern in ALLOWED:
        found = re.sub(pattern, "", found)
    return found.strip() if re.search(r"[^\W\d_]{2,}", found) else ""


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str] | list[str]]:
    """A run of each kind, stored in the source language, seen by a window in another one."""
    from ganstudio.store.status import new_status, write_status
    from ganstudio.training.session import Session
    from tests.training.training_kit import finish

    base = tmp_path_factory.mktemp("languages")
    for name, wanted in RUNS.items():
        finish(Session.new(wanted.with_(name=name, device="cpu"), path=base / "runs" / name))
    why = "The loss “real” is not a finite number any more since step 12: training diverged."
    write_status(base / "runs" / "ring", new_status("failed", 20, 20, 1.0, why, "", None))
    folders = {f"GANSTUDIO_{name}": str(base / "home" / name) for name in ("CONFIG", "RUNS", "DATA", "CACHE", "LOGS")}
    words = [sys.executable, "-m", "tests.ui.language_walk", str(base / "runs"), str(base / "seen.json")]
    subprocess.run(words, check=True, cwd=ROOT, env={**os.environ, **folders}, timeout=280, capture_output=True)
    found: dict[str, dict[str, str] | list[str]] = json.loads((base / "seen.json").read_text())
    return found


@pytest.mark.timeout(300)
def test_every_text_that_is_seen_is_translated(walked: dict[str, dict[str, str]]) -> None:
    texts = walked["texts"]
    assert len(texts) > 1000
    wrong = [f"{place}: {text!r}: {rest!r}" for text, place in texts.items() if (rest := left_out(text))]
    assert not wrong, "\n".join(wrong)


def literals() -> set[str]:
    """What a tool that collects texts finds in the program: what is written out in calls of ``_``, ``msg``, ``plural``."""
    found: set[str] = set()
    for file in (ROOT / "ganstudio").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "msg", "plural"):
                texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
                found |= {text for text in texts if isinstance(text, str)}
    return found


def test_every_text_that_is_asked_for_is_in_a_catalogue(walked: dict[str, list[str]]) -> None:
    known = literals()
    assert len(known) > 2000
    templates = [i18n._pattern(one) for one in known if "{" in one]
    asked = [text for text in walked["asked"] if text not in known and re.search(r"[^\W\d_]{2,}", text)]
    asked = [text for text in asked if not any(one.fullmatch(text) for one in templates)]
    own = (
        *RUNS,
        "alive",
        "adam",
        "discriminator/",
        "generator/",
        "gradient/",
        "D(",
        "critic(",
    )  # names, and keys of series
    left = [text for text in asked if not text.startswith(own)]
    assert not left, "mark them by msg(), e.g. in core/vocabulary.py: " + repr(left)


def test_long_words_leave_primary_buttons_whole(walked: dict[str, list[str]]) -> None:
    assert not walked["cut"], "\n".join(walked["cut"])


def test_keys_that_are_shown_as_words_are_in_the_vocabulary() -> None:
    from ganstudio.app.choices import Settings
    from ganstudio.app.generators.catalogue import Catalogue
    from ganstudio.core.fields import choice_text, fields_of

    catalogue = Catalogue()
    fields = [spec for card in (*catalogue.methods, *catalogue.datasets) for spec in card.fields]
    fields += fields_of(Settings)
    shown = {choice for spec in fields for choice in spec.choices if choice_text(choice).casefold() == choice}
    proper = {"cpu", "cuda", "mps", "adam", "rmsprop", "sgd", "mlp", "r1", "dragan", "rgb"}
    missing = {one for one in shown - set(vocabulary.CHOICES) - proper if not one.isdigit()}
    assert not missing


def test_a_sentence_is_stored_in_the_source_language_and_told_in_the_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    class German(i18n.gettext.NullTranslations):
        _catalog = {
            "real": "echt",
            "The loss “{name}” is not finite at step {step}. {why}": "Schritt {step}: Verlust „{name}“ endlos. {why}",
        }

        def gettext(self, message: str) -> str:
            return self._catalog.get(message, message)

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
            return "eine Datei" if n == 1 else "{n} Dateien"

    monkeypatch.setattr(i18n, "_translations", German())
    monkeypatch.setattr(i18n, "_PLAIN", False)
    i18n.told.cache_clear()
    said = i18n._("The loss “{name}” is not finite at step {step}. {why}").format(
        name=i18n._("real"), step=f"{1200:,}", why=i18n.plural("one file", "{n} files", 3)
    )
    assert str(said) == "Schritt 1,200: Verlust „echt“ endlos. 3 Dateien"
    kept = json.loads(json.dumps(i18n.stored({"message": str(ValueError(said)), "series": [said]})))
    assert kept["message"] == kept["series"][0] == "The loss “real” is not finite at step 1,200. 3 files"
    assert i18n.told(kept["message"]) == "Schritt 1,200: Verlust „echt“ endlos. 3 files"
    assert i18n.told("written by nobody") == "written by nobody"
    i18n.told.cache_clear()
