"""Translators of a toy network for tests of panels, and the real window around them: no files, no training."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from ganstudio.app.studio import Studio
from ganstudio.app.translate.translator import Translator
from ganstudio.core.controls import Control
from ganstudio.ui.translate.workspace import TranslateWorkspace
from ganstudio.ui.window import MainWindow
from tests.explore.toy_translators import SKETCH, take
from tests.ui.window_kit import PATIENCE, laid_out
from tests.ui.window_kit import opened as opened_window


def drawn(qtbot: QtBot, translator: Translator) -> NDArray[np.uint8]:
    """The output once everything that was asked for is drawn and nothing is being read any more."""

    def so() -> bool:
        translator.studio.pump()
        translator.pump()
        return translator.service.idle and not translator.reading and translator.output is not None

    qtbot.waitUntil(so, timeout=PATIENCE)
    translator.pump()
    assert translator.output is not None
    return translator.output


def until(qtbot: QtBot, translator: Translator, condition: Callable[[], Any]) -> None:
    def so() -> bool:
        translator.studio.pump()
        translator.pump()
        return bool(condition())

    qtbot.waitUntil(so, timeout=PATIENCE)


@contextmanager
def translating(qtbot: QtBot, controls: Sequence[Control] = SKETCH) -> Iterator[Translator]:
    """A translator without a window, for as long as the block runs."""
    translator = Translator(Studio(), lambda: None)
    translator.studio.load_catalogue()
    try:
        qtbot.waitUntil(lambda: translator.studio.pump() or translator.studio.catalogue is not None, timeout=PATIENCE)
        if controls:
            take(translator, controls)
            drawn(qtbot, translator)
        yield translator
    finally:
        translator.shutdown()
        translator.studio.shutdown()


@contextmanager
def translating_window(
    qtbot: QtBot, controls: Sequence[Control] = SKETCH
) -> Iterator[tuple[MainWindow, TranslateWorkspace]]:
    """The window with the workspace on view and such a network open in it (none for no controls)."""
    with opened_window(qtbot) as window:
        page = window.workspace("translate")
        assert isinstance(page, TranslateWorkspace)
        if controls:
            take(page.translator, controls)  # before it is seen: else it opens the run that comes with the program
        window.show_workspace("translate")
        if controls:
            drawn(qtbot, page.translator)
            laid_out(qtbot, window)
        yield window, page
