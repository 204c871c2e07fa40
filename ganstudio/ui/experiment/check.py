"""The check before training: what the network will see, and what is wrong with the files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ganstudio.core.i18n import _, plural
from ganstudio.ui.experiment.check_model import ProblemModel
from ganstudio.ui.experiment.check_pictures import BalanceBars, PreviewView
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import label
from ganstudio.ui.kit.style import set_look

if TYPE_CHECKING:  # the check runs elsewhere; here only its report is read
    from ganstudio.data.base import Problem
    from ganstudio.data.report import DataReport


def counted(n: int, one: str, many: str) -> str:
    """A sentence with a count in it, thousands set apart."""
    return plural(one, many, n).replace(str(n), f"{n:,}", 1)


def verdict(report: DataReport) -> tuple[str, str]:
    """One sentence on whether one can train, and the theme's colour for it."""
    dropped = sum(problem.action == "dropped" for problem in report.problems)
    count = report.spec.count
    if not count:
        return _("Nothing here can be used: see below what is wrong with the files."), "error"
    ready = counted(count, _("{n} item is ready."), _("{n} items are ready."))
    if dropped:
        left = counted(dropped, _("{n} file was left out."), _("{n} files were left out."))
        return f"{ready} {left}", "warning"
    if report.warnings:
        return _("{ready} Read the remark below before you start.").format(ready=ready), "warning"
    mended = len({problem.file for problem in report.problems})
    if mended:
        what = counted(mended, _("{n} file was converted: see below."), _("{n} files were converted: see below."))
        return f"{ready} {what}", "real"
    return _("{ready} Nothing is wrong with them.").format(ready=ready), "real"


def facts(report: DataReport) -> list[str]:
    """Counts, sizes and colours, a line each."""
    spec = report.spec
    if spec.kind == "points":
        lines = [_("{n:,} points in the plane").format(n=spec.count)]
        if spec.modes:
            lines.append(plural("{n} true mode", "{n} true modes", len(spec.modes)))
        return lines
    colours = _("grey") if spec.channels == 1 else _("colour")
    lines = [
        _("The network sees {size} × {size} px, {colours}").format(size=spec.size, colours=colours),
    ]
    if report.sizes:
        some = ", ".join(f"{width} × {height} ({count:,})" for width, height, count in report.sizes[:4])
        rest = len(report.sizes) - 4
        more = plural(" and {n} more size", " and {n} more sizes", rest) if rest > 0 else ""
        lines.append(_("Originals: {sizes}").format(sizes=some) + more)
    if spec.translates:
        lines[:0] = _sides(report)
    if len(report.modes) > 1:
        lines.append(_("Colours: {modes}").format(modes=", ".join(f"{m} ({n:,})" for m, n in report.modes.items())))
    return lines


def _sides(report: DataReport) -> list[str]:
    """What a network is given and what it should draw, a line each."""
    spec = report.spec
    given, wanted = (side or word for side, word in zip(spec.sides, (_("input"), _("output")), strict=True))
    if spec.kind == "domains":
        piles = _("{n:,} pictures of “{given}” (left), {m:,} of “{wanted}” (right), without partners")
        return [piles.format(n=spec.input_count, given=given, m=spec.count, wanted=wanted)]
    if spec.kind == "maps":
        classes = plural("{n} class", "{n} classes", len(spec.map_classes))
        return [_("Label map (left) → picture (right), {classes}").format(classes=classes)]
    return [_("{given} (left) → {wanted} (right)").format(given=given, wanted=wanted)]


class DataCheckView(QWidget):
    """Waits, shows a report, or says why there is none.

    Signals: ``cancelled``, ``closed``, ``start_requested`` (train on it now).
    """

    cancelled = Signal()
    closed = Signal()
    start_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("What the network will see"))
        self.model = ProblemModel()
        self.model.setParent(self)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_waiting())
        self._pages.addWidget(self._make_result())
        self._pages.addWidget(self._make_failure())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def _make_waiting(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(32, 32, 32, 32)
        column.setSpacing(12)
        column.addStretch(1)
        self._doing = label(_("Looking at the data…"), "title")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(_("Progress of the check"))
        self._detail = label("", "muted", wrap=True)
        self.cancel = QPushButton(_("Cancel"))
        self.cancel.setToolTip(_("Stops looking; nothing has been changed"))
        self.cancel.clicked.connect(self.cancelled)
        for widget in (self._doing, self.progress, self._detail):
            column.addWidget(widget)
        column.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(2)
        return page

    def _make_failure(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(32, 32, 32, 32)
        column.setSpacing(12)
        self._failure = label("", "error", wrap=True)
        column.addWidget(label(_("The data cannot be used"), "title"))
        column.addWidget(self._failure)
        column.addWidget(self._close_button(), 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return page

    def _close_button(self) -> QPushButton:
        button = QPushButton(_("Close"))
        button.setToolTip(_("Back to the experiment"))
        button.clicked.connect(self.closed)
        return button

    def _make_result(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        self.verdict = label("", "title", wrap=True)
        column.addWidget(self.verdict)
        middle = QHBoxLayout()
        middle.setSpacing(24)
        self.preview = PreviewView()
        middle.addWidget(self.preview, 3)
        middle.addWidget(self._make_numbers(), 2)
        column.addLayout(middle, 3)
        column.addWidget(self._make_problems(), 2)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._close_button())
        self.start = QPushButton(_("Train on this"))
        self.start.setIcon(icon("play", "accent_text"))
        self.start.setProperty("primary", True)
        self.start.setToolTip(_("Starts the experiment with these data"))
        self.start.clicked.connect(self.start_requested)
        row.addWidget(self.start)
        column.addLayout(row)
        return page

    def _make_numbers(self) -> QWidget:
        self._facts = label("", wrap=True)
        self._changes = label("", "muted", wrap=True)
        self._warnings = label("", "warning", wrap=True)
        self._balance_title = label(_("Items per class"), "strong")
        self.balance = BalanceBars()
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(12)
        for widget in (self._facts, self._warnings, self._changes, self._balance_title, self.balance):
            column.addWidget(widget)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(content)
        scroll.setMinimumWidth(220)
        return scroll

    def _make_problems(self) -> QWidget:
        self.problems = QWidget()
        column = QVBoxLayout(self.problems)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        self._problem_title = label("", "strong")
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Search files"))
        self.search.setAccessibleName(_("Search files"))
        self.search.setToolTip(_("Finds files by name or by what is odd about them"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(280)
        self.search.textChanged.connect(self.model.set_search)
        self.copy = QPushButton(_("Copy list"))
        self.copy.setIcon(icon("copy"))
        self.copy.setToolTip(_("Copies what the table shows"))
        self.copy.clicked.connect(self._on_copy)
        row.addWidget(self._problem_title, 1)
        row.addWidget(self.search, 1)
        row.addWidget(self.copy)
        column.addLayout(row)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(_("Files with something odd about them"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setStyleSheet("QTableView::item { padding-left: 3px; }")  # in line with the headings
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(24)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        header.setResizeContentsPrecision(50)  # measuring thousands of rows would stall the window
        keys = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.table)
        keys.setContext(Qt.ShortcutContext.WidgetShortcut)
        keys.activated.connect(self._on_copy)
        column.addWidget(self.table)
        return self.problems

    def set_progress(self, fraction: float | None, text: str = "") -> None:
        """Shows that the check is under way: 0 to 1, None while nobody knows how long it takes."""
        self.progress.setRange(0, 0 if fraction is None else 1000)
        self.progress.setValue(round(1000 * (fraction or 0.0)))
        self._detail.setText(text)
        self._pages.setCurrentIndex(0)

    def set_failure(self, sentence: str) -> None:
        """Says why nothing can be shown."""
        self._failure.setText(sentence)
        self._pages.setCurrentIndex(2)

    def set_report(self, report: DataReport) -> None:
        """Shows what was found."""
        sentence, colour = verdict(report)
        self.verdict.setText(sentence)
        set_look(self.verdict, tone="" if colour == "real" else colour)
        self.preview.set_preview(report.preview, report.spec.extent, 2 if report.spec.translates else 1)
        for words, lines in (
            (self._facts, facts(report)),
            (self._changes, report.changes),
            (self._warnings, report.warnings),
        ):
            words.setText("\n".join(lines))
            words.setVisible(bool(lines))
        for widget in (self._balance_title, self.balance):
            widget.setVisible(bool(report.balance or report.shares))
        self._balance_title.setText(_("Pixels per class") if report.shares else _("Items per class"))
        if report.shares:
            self.balance.set_shares(report.shares)
        else:
            self.balance.set_balance(report.balance)
        self.search.clear()
        self.model.set_problems(report.problems)
        self._problem_title.setText(_problem_heading(report.problems))
        self.problems.setVisible(bool(report.problems))
        self.start.setEnabled(report.spec.count > 0)
        self._pages.setCurrentIndex(1)

    def _on_copy(self) -> None:
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        text = "\n".join(self.model.row_text(row) for row in rows) if rows else self.model.as_text()
        QGuiApplication.clipboard().setText(text)


def _problem_heading(problems: Sequence[Problem]) -> str:
    counts = Counter(action for _file, action in {(problem.file, problem.action) for problem in problems})
    parts = [
        counted(counts["dropped"], _("{n} file left out"), _("{n} files left out")),
        counted(counts["converted"], _("{n} file converted"), _("{n} files converted")),
    ]
    return ", ".join(part for part in parts if not part.startswith("0 ")) or _("Files")
