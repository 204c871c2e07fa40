"""The real window in the pseudo-language, in a process of its own: every text that is seen, and what has no room.

``python -m tests.ui.language_walk RUNS OUT``: opens every run of a folder (written in the source language) in the
workspaces that take it, trains one besides, and writes as JSON ``{"texts": {text: place}, "cut": [place],
"asked": [text]}``: what was seen, what has no room, and what was looked up in the catalogue.
"""

# ruff: noqa: E402 - what is asked for is heard from the first import on

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("GANSTUDIO_LANGUAGE", "pseudo")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from ganstudio.core import i18n

ASKED: set[str] = set()
_turn = i18n._translations.gettext


def _asked(text: str) -> str:
    ASKED.add(text)
    return _turn(text)


i18n._translations.gettext = _asked  # type: ignore[method-assign]  # before anything else is imported

from PySide6.QtCore import QAbstractListModel, QEventLoop, QModelIndex, Qt, QTimer, QTranslator
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QBoxLayout,
    QComboBox,
    QFileDialog,
    QGraphicsSimpleTextItem,
    QGraphicsTextItem,
    QGraphicsView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QTabBar,
    QTextEdit,
    QToolButton,
    QWidget,
)

from ganstudio.app.notifications import notifications
from ganstudio.app.studio import Studio
from ganstudio.core.experiment import Experiment
from ganstudio.ui.app import make_application
from ganstudio.ui.kit.parts import ElidedLabel, Segmented
from ganstudio.ui.kit.style import set_theme
from ganstudio.ui.runs.table import RunsTable
from ganstudio.ui.window import MainWindow

SIZE = (1024, 700)
DIALOGS = ("app.preferences", "help.shortcuts", "help.about", "help.glossary", "app.palette")
ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
ROWS = 200
NO_BAR = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
EDGES = 12
"""So many pixels a button needs beside its words."""


class Seen:
    """Texts, each with the place where it was seen first."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.cut: list[str] = []
        self.place = ""

    def add(self, text: object, where: str) -> None:
        if isinstance(text, str) and re.search(r"[^\W\d_]", text):
            self.texts.setdefault(text, f"{self.place}: {where}")

    def hear_painters(self) -> None:
        """What is painted by hand."""
        draw = QPainter.drawText

        def heard(painter: QPainter, *args: Any) -> Any:
            for one in args:
                self.add(one, "painted")
            return draw(painter, *args)

        QPainter.drawText = heard  # type: ignore[method-assign, assignment]

    # -- walking ----------------------------------------------------------------------------------------------------

    def look(self, root: QWidget) -> None:
        """Paints a window and reads all that is visible in it, and every menu that it would open."""
        root.grab()
        for widget in (root, *root.findChildren(QWidget)):
            if isinstance(widget, QMenu):
                widget.aboutToShow.emit()
                self._menu(widget)
            elif widget.isVisible() and not widget.objectName().startswith("qt_"):
                self._widget(widget)
        for action in root.actions():
            self._action(action, "action")

    def _widget(self, widget: QWidget) -> None:
        kind = f"{type(widget).__name__} {widget.accessibleName()[:40]}"
        for text in (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription(), widget.statusTip(),
                     widget.whatsThis(), *self._own(widget)):  # fmt: skip
            self.add(re.sub(r"<[^>]+>", " ", text), kind)
        if widget.visibleRegion().isEmpty():
            return
        text, room = _written(widget), widget.width() - (EDGES if widget.property("primary") else 0)
        wanted = max(widget.fontMetrics().horizontalAdvance(one) for one in text.split("\n"))
        least = (
            wanted
            if widget.property("primary") or isinstance(widget, QLabel)
            else min(wanted, max(40, wanted * 2 // 3))
        )
        if room < least:
            self.cut.append(f"{self.place}: {kind} {text!r}: {room} of {wanted} px")
        self._row(widget, kind)
        if isinstance(widget, QScrollArea) and widget.horizontalScrollBarPolicy() == NO_BAR and widget.widget():
            over = widget.widget().minimumSizeHint().width() - widget.viewport().width()
            if over > 0:
                self.cut.append(f"{self.place}: {over} px of {self._widest(widget.widget())} are cut off")
        if not widget.property("primary"):
            return
        if widget.window() is not widget and isinstance(widget, QPushButton):
            corner = widget.mapTo(widget.window(), widget.rect().bottomRight())
            if not widget.window().rect().contains(corner) and not _scrolls(widget):
                self.cut.append(f"{self.place}: {kind} {widget.text()!r}: outside of the window")

    def _widest(self, widget: QWidget) -> str:
        """What makes it so wide."""
        inside = [one for one in widget.findChildren(QWidget) if one.isVisible() and one.layout() is None]
        one = max(inside, key=lambda one: one.mapTo(widget, one.rect().topRight()).x())
        return f"{type(widget).__name__} ({type(one).__name__} {(_written(one) or one.accessibleName())[:30]})"

    def _row(self, widget: QWidget, kind: str) -> None:
        """Nothing lies over what is beside it, or is wider than where it is."""
        parent = widget.parentWidget()
        if parent is None or parent.layout() is None or parent.layout().indexOf(widget) < 0:
            return
        layout = parent.layout()
        if widget.geometry().right() > parent.width():
            self.cut.append(f"{self.place}: {kind}: {widget.geometry().right() - parent.width()} px beyond its place")
        for other in parent.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            before = 0 <= layout.indexOf(other) < layout.indexOf(widget)
            row = isinstance(layout, QBoxLayout) and before and other.isVisible()
            if row and other.geometry().intersects(widget.geometry()):
                over = other.accessibleName() or type(other).__name__
                self.cut.append(f"{self.place}: {kind} lies over {over}")

    def _own(self, widget: QWidget) -> Iterator[str]:
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget.text()
        elif isinstance(widget, QLineEdit):
            yield widget.placeholderText()
        elif isinstance(widget, QComboBox):
            for at in range(min(widget.count(), ROWS)):
                yield widget.itemText(at)
                yield str(widget.itemData(at, Qt.ItemDataRole.ToolTipRole) or "")
        elif isinstance(widget, QTabBar):
            for at in range(widget.count()):
                yield widget.tabText(at)
                yield widget.tabToolTip(at)
        elif isinstance(widget, QAbstractSpinBox):
            yield widget.property("specialValueText") or ""
            yield widget.property("suffix") or ""
        elif isinstance(widget, QProgressBar):
            yield widget.text()
        elif isinstance(widget, QPlainTextEdit | QTextEdit):
            yield widget.toPlainText()
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from self._items(widget)
        if isinstance(widget, QGraphicsView) and widget.scene() is not None:
            for item in widget.scene().items():
                if isinstance(item, QGraphicsTextItem):
                    yield item.toPlainText()
                elif isinstance(item, QGraphicsSimpleTextItem):
                    yield item.text()
                yield item.toolTip()

    def _items(self, view: QAbstractItemView) -> Iterator[str]:
        model = view.model()
        columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
        for column in range(columns):
            for role in ROLES:
                yield str(model.headerData(column, Qt.Orientation.Horizontal, role) or "")
        rows = [model.index(row, 0) for row in range(min(ROWS, model.rowCount()))]
        while rows:
            parent: QModelIndex = rows.pop()
            for column in range(columns):
                for role in ROLES:
                    yield str(parent.siblingAtColumn(column).data(role) or "")
            rows += [model.index(row, 0, parent) for row in range(min(ROWS, model.rowCount(parent)))]

    def _menu(self, menu: QMenu) -> None:
        self.add(menu.title(), "menu")
        for action in menu.actions():
            self._action(action, f"menu {menu.title()}")

    def _action(self, action: Any, where: str) -> None:
        for text in (action.text().partition("\t")[0], action.toolTip(), action.statusTip()):
            self.add(text, f"{where} {action.objectName()}")


class QtsOwn(QTranslator):
    """Qt's own texts in the same language, as its catalogues give them in others."""

    def translate(self, context: str, text: str, note: str = "", n: int = -1) -> str:
        return str(_turn(text))

    def isEmpty(self) -> bool:
        return False


def _written(widget: QWidget) -> str:
    """What stands on a button or a label that cannot end in …, without the signs of its keys."""
    if isinstance(widget, QToolButton) and widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly:
        return ""
    if isinstance(widget, QLabel) and (widget.wordWrap() or isinstance(widget, ElidedLabel) or "<" in widget.text()):
        return ""
    return widget.text().replace("&", "") if isinstance(widget, QLabel | QAbstractButton) else ""


def _scrolls(widget: QWidget) -> bool:
    """It can be brought into sight."""
    parent = widget.parentWidget()
    while parent is not None and parent.objectName() != "qt_scrollarea_viewport":
        parent = parent.parentWidget()
    return parent is not None


def until(true: Callable[[], object], seconds: float = 60.0, rest: float = 0.3) -> None:
    """Lets the event loop run until something is so, and a little longer."""
    loop, timer, end = QEventLoop(), QTimer(interval=30), QTimer(singleShot=True)
    timer.timeout.connect(lambda: loop.quit() if true() else None)
    end.timeout.connect(loop.quit)
    timer.start()
    end.start(round(1000 * seconds))
    loop.exec()
    QTimer.singleShot(round(1000 * rest), loop.quit)
    loop.exec()


def walk(runs: Path, seen: Seen) -> None:
    """Visits everything."""
    app = make_application()
    app.installTranslator(QtsOwn(app))
    set_theme("light")
    window = MainWindow.of(Studio())
    studio = window.studio
    window.begin()
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)  # it would be made as small as the screen
    window.resize(*SIZE)
    window.show()
    studio.load_catalogue()
    until(lambda: studio.catalogue is not None)
    notifications.subscribe(lambda note: [seen.add(part, "message") for part in (note.text, note.details)])

    def look(place: str) -> None:
        seen.place = place
        until(lambda: not studio.jobs.running, 20)
        seen.look(window)
        if window.width() > 1366:
            seen.cut.append(f"{place}: makes the window {window.width()} px wide")
        for other in QApplication.topLevelWidgets():
            if other is not window and other.isVisible() and not isinstance(other, QMenu):
                seen.look(other)
                other.close()

    look("gallery")
    for name in DIALOGS:
        studio.actions.run(name)
        look(name)
    for path in sorted(runs.iterdir()):
        model = studio.open_run(path)
        assert model is not None, path
        assert model.info is not None, path
        until(lambda: not studio.jobs.running, 20)
        window.show_workspace("train")
        look(f"train {path.name}")
        place = {"nothing": "explore", "map": "paint", "picture": "translate"}[model.info.takes]
        for name in {place, "translate"} if place == "paint" else {place}:
            page = window.page(name)  # type: ignore[arg-type]
            assert page is not None
            page.open_run(model)
            window.show_workspace(name)
            until(lambda page=page: page._desk.opened is not None and not page._desk.opening, 20, 1.5)  # type: ignore[misc]
            for tabs in [one for one in page.findChildren(QTabBar) if one.isVisible()] or [None]:
                for at in range(0 if tabs is None else tabs.count()):
                    tabs.setCurrentIndex(at)  # type: ignore[union-attr]
                    look(f"{name} {path.name} tab {at}")
            look(f"{name} {path.name}")
    window.show_workspace("runs")
    until(lambda: False, 1.0)
    look("runs")
    page = window.page("runs")
    assert page is not None
    (table,) = page.findChildren(RunsTable)
    window.resize(1366, 768)  # there is room for the details
    for row in range(table.model().rowCount()):
        table.selectRow(row)
        until(lambda: False, 0.3)
        look("runs, one")
    window.resize(*SIZE)
    table.selectAll()
    look("runs, several")
    studio.actions.run("runs.compare")
    until(lambda: False, 2.0)
    look("compare")
    for choice in window.findChildren(Segmented):
        if choice.isVisible():
            choice.findChildren(QPushButton)[-1].click()
    look("compare, settings")
    window.show_workspace("train")
    window.train.start(Experiment("gan", "ring", {"mlp_width": 8, "batch_size": 8}, 100_000, name="alive"))
    until(lambda: studio.current is not None and studio.current.step > 30, 60, 1.0)
    look("training")
    live = studio.current
    assert live is not None
    live.stop()
    until(lambda: live not in studio.training, 30, 1.0)
    look("stopped")
    window.train.new_experiment()
    for method in ("wgan-gp", "cyclegan", "stylegan2", "pggan"):
        catalogue = studio.catalogue
        if catalogue is not None and method in {one.name for one in catalogue.methods}:
            studio.draft.set_method(method)
            until(lambda: False, 4.0 if method == "wgan-gp" else 0.3)  # how long it takes
            look(f"form {method}")
    window.close_guard = lambda: True
    window.close()


def main(runs: str, out: str) -> None:
    """Walks, and writes what was seen."""
    seen = Seen()
    seen.hear_painters()
    for name in ("getSaveFileName", "getOpenFileName", "getExistingDirectory"):
        setattr(QFileDialog, name, lambda *_args, **_more: ("", ""))
    walk(Path(runs), seen)
    found = {"texts": seen.texts, "cut": seen.cut, "asked": sorted(ASKED)}
    Path(out).write_text(json.dumps(found, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
    os._exit(0)  # a thread may still be measuring how long something takes
