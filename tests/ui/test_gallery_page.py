from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ganstudio.app.gallery import GALLERY
from ganstudio.ui.gallery import GalleryPage


def page_of(hosted: Any, width: int = 1024, height: int = 700) -> GalleryPage:
    page = GalleryPage()
    hosted(page, width, height)
    return page


def test_one_click_starts(qtbot: Any, hosted: Any) -> None:
    page = page_of(hosted)
    with qtbot.waitSignal(page.experiment_chosen) as caught:
        QTest.mouseClick(page.cards["digits"], Qt.MouseButton.LeftButton)
    assert caught.args == ["digits"]


def test_customise_does_not_start(qtbot: Any, hosted: Any) -> None:
    page = page_of(hosted)
    with qtbot.assertNotEmitted(page.experiment_chosen), qtbot.waitSignal(page.customise) as caught:
        QTest.mouseClick(page.cards["ring"].link, Qt.MouseButton.LeftButton)
    assert caught.args == ["ring"]


def test_by_keyboard(qtbot: Any, hosted: Any) -> None:
    page = page_of(hosted)
    page.cards["digits"].setFocus()
    QTest.keyClick(page.cards["digits"], Qt.Key.Key_Right)
    assert page.cards["ring"].hasFocus()
    QTest.keyClick(page.cards["ring"], Qt.Key.Key_Down)
    focused = next(card_id for card_id in page.cards if page.cards[card_id].hasFocus())
    below, above = page.cards[focused], page.cards["ring"]
    assert below.x() == above.x()
    assert below.y() > above.y()
    with qtbot.waitSignal(page.experiment_chosen) as caught:
        QTest.keyClick(below, Qt.Key.Key_Return)
    assert caught.args == [focused]


@pytest.mark.parametrize(("width", "columns"), [(800, 2), (1024, 3), (1366, 4), (2560, 6), (3840, 6)])
def test_flows_into_the_width_there_is(qtbot: Any, width: int, columns: int, hosted: Any) -> None:
    page = page_of(hosted, width)
    first = page.cards["digits"].y()
    row = [page.cards[card_id] for card_id in page.cards if page.cards[card_id].y() == first]
    assert len(row) == columns
    assert page.scroll_area.horizontalScrollBar().maximum() == 0


def test_cards_never_overlap(qtbot: Any, hosted: Any) -> None:
    page = page_of(hosted)
    boxes = [page.cards[card_id].geometry() for card_id in page.cards]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def test_recent_runs_show_only_when_there_are_any(qtbot: Any, hosted: Any) -> None:
    page = page_of(hosted)
    assert not page.recent.isVisible()
    samples = np.zeros((9, 8, 8, 1), np.uint8)
    page.recent.set_recent([("r1", "digits", "finished", samples, 1.0), ("r2", "ring", "paused", None, 1.0)])
    assert page.recent.isVisible()
    with qtbot.waitSignal(page.run_chosen) as caught:
        page.recent._tiles[1].click()
    assert caught.args == ["r2"]
    page.recent.set_recent([])
    assert not page.recent.isVisible()


def test_facts_follow_machine_and_downloads(qtbot: Any, hosted: Any) -> None:
    page = page_of(hosted)
    page.set_times({"digits": ("About 3 min, 70 MB", "About 3 min, 70 MB, measured on this machine")})
    assert "About 3 min, 70 MB" in page.cards["digits"].accessibleDescription()
    assert "measured on this machine" in page.cards["digits"].toolTip()
    page.set_missing({"mnist"})
    assert "download" in page.cards["mnist"].accessibleDescription()
    assert "download" not in page.cards["digits"].accessibleDescription()


def test_what_was_trained_beforehand_is_not_timed(qtbot: Any, hosted: Any) -> None:
    card = page_of(hosted).cards["codes"]
    assert "Ready to explore" in card.accessibleDescription()
    assert card.toolTip().startswith("Click to explore")
    assert "machine" not in card.toolTip()


def test_pictures_are_painted(qtbot: Any, hosted: Any) -> None:
    page = page_of(hosted)
    picture = np.zeros((40, 41, 3), np.uint8)
    picture[..., 0] = 250
    page.set_picture("digits", picture)
    page.set_picture("unknown", picture)
    card = page.cards["digits"]
    colour = card.grab().toImage().pixelColor(card.width() // 2, 60)
    assert (colour.red(), colour.green(), colour.blue()) == (250, 0, 0)


def test_every_card_has_a_name_and_a_tooltip(qtbot: Any, hosted: Any) -> None:
    page = page_of(hosted)
    for card in GALLERY:
        assert page.cards[card.id].accessibleName() == card.title
        assert card.title in page.cards[card.id].toolTip()


def test_the_first_screen_needs_no_torch() -> None:
    code = (
        "import sys, ganstudio.ui.gallery, ganstudio.ui.experiment;"
        "print([m for m in ('torch', 'pyqtgraph', 'sklearn', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
