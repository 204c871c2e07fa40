"""The check before training: what the network will see, and what is wrong with the files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHeaderView, QTableView, QWidget

from ganstudio.core.i18n import _, plural
from ganstudio.ui.experiment.previews import BalanceBars, PreviewView
from ganstudio.ui.kit.parts import boxed, entry, label, push_button, say, scrolled, set_up_rows, stacked
from ganstudio.ui.kit.progress import ProgressBar
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.kit.tips import plain

if TYPE_CHECKING:  # the check runs elsewhere; here only its report is read
    from ganstudio.data.base import Problem
    from ganstudio.data.report import DataReport

Index = QModelIndex | QPersistentModelIndex


class ProblemModel(QAbstractTableModel):
    """Files with what is odd about them and what is done with them; quick with many thousands of rows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[tuple[str, str, str]] = []
        self._shown = self._all
        self._words: list[str] = []

    def set_problems(self, problems: Sequence[Problem]) -> None:
        """Shows these files."""
        done = {"dropped": _("left out"), "converted": _("converted")}
        self._all = [(row.file, row.what, done.get(row.action, row.action)) for row in problems]
        self._all.sort(key=lambda row: row[2] != done["dropped"])  # what is broken is seen first
        self._select()

    def set_search(self, text: str) -> None:
        """Shows only the rows in which every word occurs."""
        self._words = text.casefold().split()
        self._select()

    def _select(self) -> None:
        texts = ((row, " ".join(row).casefold()) for row in self._all)
        self.beginResetModel()
        self._shown = [row for row, text in texts if all(word in text for word in self._words)]
        self.endResetModel()

    def text(self, rows: Sequence[int] = ()) -> str:
        """These rows for the clipboard, tab-separated; all that are shown where none is named."""
        return "\n".join("\t".join(self._shown[row]) for row in rows or range(len(self._shown)))

    def rowCount(self, parent: Index | None = None) -> int:
        """How many rows are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index | None = None) -> int:
        """Three."""
        return 0 if parent is not None and parent.isValid() else 3

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The text of a cell, also as its tooltip."""
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        text = self._shown[index.row()][index.column()]
        return plain(text) if role == Qt.ItemDataRole.ToolTipRole else text

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The headings."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (_("File"), _("What is odd"), _("What is done"))[section]
        return None


def counted(n: int, one: str, many: str) -> str:
    """A sentence with a count in it, thousands set apart."""
    return plural(one, many, n).replace(str(n), f"{n:,}", 1)


def verdict(report: DataReport) -> tuple[str, str]:
    """One sentence on whether one can train, and its tone."""
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
        return f"{ready} {what}", ""
    return _("{ready} Nothing is wrong with them.").format(ready=ready), ""


def facts(report: DataReport) -> list[str]:
    """Counts, sizes and colours, a line each."""
    spec = report.spec
    if spec.kind == "points":
        lines = [_("{n:,} points in the plane").format(n=spec.count)]
        if spec.modes:
            lines.append(plural("{n} true mode", "{n} true modes", len(spec.modes)))
        return lines
    colours = _("grey") if spec.channels == 1 else _("colour")
    lines = [_("The network sees {size} × {size} px, {colours}").format(size=spec.size, colours=colours)]
    if report.sizes:
        some = ", ".join(f"{width} × {height} ({count:,})" for width, height, count in report.sizes[:4])
        rest = len(report.sizes) - 4
        more = plural(" and {n} more size", " and {n} more sizes", rest) if rest > 0 else ""
        lines.append(_("Originals: {sizes}").format(sizes=some) + more)
    if spec.translates:
        lines.insert(0, _sides(report))
    if len(report.modes) > 1:
        lines.append(_("Colours: {modes}").format(modes=", ".join(f"{m} ({n:,})" for m, n in report.modes.items())))
    return lines


def _sides(report: DataReport) -> str:
    """What a network is given and what it should draw."""
    spec = report.spec
    given, wanted = (side or word for side, word in zip(spec.sides, (_("input"), _("output")), strict=True))
    if spec.kind == "domains":
        piles = _("Pictures without partners: {n:,} of “{given}” (left), {m:,} of “{wanted}” (right)")
        return piles.format(n=spec.input_count, given=given, m=spec.count, wanted=wanted)
    if spec.kind == "maps":
        classes = plural("{n} class", "{n} classes", len(spec.map_classes))
        return _("Label map (left) → picture (right), {classes}").format(classes=classes)
    return _("{given} (left) → {wanted} (right)").format(given=given, wanted=wanted)


def _page(*parts: Any) -> QWidget:
    page = QWidget()
    boxed(*parts, margins=(32, 32, 32, 32), gap=12, into=page)
    return page


class DataCheckView(QDialog):
    """Waits, shows a report, or says why there is none. It is accepted by “Train on this”.

    Args:
        parent: the window.
        title: of the window.
        request: the data, path and all.
    """

    def __init__(self, parent: QWidget | None = None, title: str = "", request: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(880, 640)
        self.setToolTip(plain(request))
        self.model = ProblemModel(self)
        self._pages = stacked(self._waiting(), self._result(), self._failed())
        boxed(self._pages, into=self)

    def _waiting(self) -> QWidget:
        self.progress = ProgressBar(_("Progress of the check"))
        self._detail = label("", "muted", wrap=True)
        self.cancel = push_button(_("Cancel"), "", _("Stops looking; nothing has been changed"), clicked=self.reject)
        title = label(_("Looking at the data…"), "title")
        foot = boxed(self.cancel, None, across=True)
        return _page(None, title, self.progress, self._detail, foot, None, None)

    def _failed(self) -> QWidget:
        self._failure = label("", "error", wrap=True)
        title = label(_("The data cannot be used"), "title")
        return _page(title, self._failure, boxed(self._close_button(), None, across=True), None)

    def _close_button(self) -> QWidget:
        return push_button(_("Close"), "", _("Back to the experiment"), clicked=self.reject)

    def _result(self) -> QWidget:
        self.verdict = label("", "title", wrap=True)
        self.preview = PreviewView()
        middle = boxed(self.preview, self._numbers(), across=True, gap=24)
        middle.setStretch(0, 3)
        middle.setStretch(1, 2)
        words = _("Starts the experiment with these data")
        self.start = push_button(_("Train on this"), "play", words, clicked=self.accept, primary=True)
        foot = boxed(None, self._close_button(), self.start, across=True, gap=8)
        page = QWidget()
        column = boxed(self.verdict, middle, self._problem_list(), foot, margins=(24, 24, 24, 16), gap=12, into=page)
        column.setStretch(1, 3)
        column.setStretch(2, 2)
        return page

    def _numbers(self) -> QWidget:
        self._facts = label("", wrap=True)
        self._changes = label("", "muted", wrap=True)
        self._warnings = label("", "warning", wrap=True)
        self._balance_title = label(_("Items per class"), "strong")
        self.balance = BalanceBars()
        content, words = QWidget(), (self._facts, self._warnings, self._changes)
        boxed(*words, self._balance_title, self.balance, None, margins=(0, 0, 8, 0), gap=12, into=content)
        scroll = scrolled(content)
        scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        scroll.setMinimumWidth(220)
        return scroll

    def _problem_list(self) -> QWidget:
        self._problem_title = label("", "strong")
        tip = _("Finds files by name or by what is odd about them")
        self.search = entry(_("Search files"), tip, changed=self.model.set_search, clear=True)
        self.search.setMaximumWidth(280)
        self.copy = push_button(_("Copy list"), "copy", _("Copies what the table shows"), clicked=self._on_copy)
        head = boxed(self._problem_title, self.search, self.copy, across=True, gap=8)
        head.setStretch(0, 1)
        head.setStretch(1, 1)
        self.table = table = QTableView()
        table.setModel(self.model)
        about = _("One file in a row, what is odd about it and what is done with it. Ctrl+C copies the selected rows.")
        set_up_rows(table, 24, _("Files with something odd about them"), about, about)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setStyleSheet("QTableView::item { padding-left: 3px; }")  # in line with the headings
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        header.setResizeContentsPrecision(50)  # measuring thousands of rows would stall the window
        keys = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), table)
        keys.setContext(Qt.ShortcutContext.WidgetShortcut)
        keys.activated.connect(self._on_copy)
        self.problems = QWidget()
        boxed(head, table, gap=8, into=self.problems)
        return self.problems

    def set_progress(self, fraction: float | None, text: str = "") -> None:
        """Shows that the check is under way: 0 to 1, None while nobody knows how long it takes."""
        self.progress.show_share(fraction)
        self._detail.setText(text)
        self._pages.setCurrentIndex(0)

    def set_failure(self, sentence: str) -> None:
        """Says why nothing can be shown."""
        self._failure.setText(sentence)
        self._pages.setCurrentIndex(2)

    def set_report(self, report: DataReport) -> None:
        """Shows what was found."""
        sentence, tone = verdict(report)
        self.verdict.setText(sentence)
        set_look(self.verdict, tone=tone)
        self.preview.set_preview(report.preview, report.spec.extent, 2 if report.spec.translates else 1)
        say(self._facts, "\n".join(facts(report)))
        say(self._changes, "\n".join(report.changes))
        say(self._warnings, "\n".join(report.warnings))
        for widget in (self._balance_title, self.balance):
            widget.setVisible(bool(report.balance or report.shares))
        self._balance_title.setText(_("Pixels per class") if report.shares else _("Items per class"))
        self.balance.set_values(report.shares or report.balance, percent=bool(report.shares))
        self.search.clear()
        self.model.set_problems(report.problems)
        self._problem_title.setText(_problem_heading(report.problems))
        self.problems.setVisible(bool(report.problems))
        self.start.setEnabled(report.spec.count > 0)
        self._pages.setCurrentIndex(1)

    def _on_copy(self) -> None:
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        QGuiApplication.clipboard().setText(self.model.text(rows))


def _problem_heading(problems: Sequence[Problem]) -> str:
    out, converted = (
        len({problem.file for problem in problems if problem.action == how}) for how in ("dropped", "converted")
    )
    parts = [counted(out, _("{n} file left out"), _("{n} files left out"))] if out else []
    parts += [counted(converted, _("{n} file converted"), _("{n} files converted"))] if converted else []
    return ", ".join(parts) or _("Files")
