"""The strip above the runs: what is shown of them, and what can be done with those that are selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton

from ganstudio.app.runs.library import RunRow
from ganstudio.core.i18n import _, plural, size_text
from ganstudio.ui.kit.flow import BreakingRow
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.parts import boxed, label, line, push_button, tool_button
from ganstudio.ui.kit.rows import search_line
from ganstudio.ui.runs.actions import KEYS
from ganstudio.ui.runs.model import GROUPS, Group

BUTTONS = ("runs.compare", "runs.continue", "runs.duplicate", "runs.rename", "runs.folder", "runs.delete")
"""Actions in the strip."""
WIDE = 1200  # of the strip: from here on there is room for the size of all runs


class RunsToolbar(BreakingRow):
    """Title and count, search and chips at the left; actions at the right.

    Signals:
        filter_changed: other words or another chip.
    """

    filter_changed = Signal()

    def __init__(self, binder: ActionBinder, menu: QMenu, to_table: Callable[[], object]) -> None:
        super().__init__()
        self.count = label("", "muted")
        tip = _("Words in the name, method, data, state or tags (Ctrl+F)")
        self.search = search_line(_("Search the runs"), tip, to_table)
        self.search.textChanged.connect(self.filter_changed)
        self._titles: dict[Group, str] = {"live": _("Live"), "finished": _("Done"), "failed": _("Failed")}
        self.chips: dict[Group, QPushButton] = {
            "live": self._chip("live", _("Only runs that are being trained, here or elsewhere")),
            "finished": self._chip("finished", _("Only runs that were finished or stopped")),
            "failed": self._chip("failed", _("Only runs that failed or ended without a word")),
        }
        self.actions_by_id: dict[str, QToolButton] = {}
        for name in BUTTONS:
            button = self.actions_by_id[name] = QToolButton()
            binder.bind(button, name)
            action, key = binder.table[name], f" ({KEYS[name]})" if name in KEYS else ""
            button.setToolTip(f"{action.title}{key}\n{action.help}")
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.more = tool_button("more", _("More"), _("More that can be done with runs"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(menu)
        self.trash = push_button(_("Trash"), quiet=True)
        self.trash.setIcon(icon("trash", "text_muted"))
        self.open = push_button(_("Open"), primary=True)
        binder.bind(self.open, "runs.open")
        self.open.setToolTip(_("Open the selected run (Enter)"))
        title = label(_("Runs"), "title")
        shown = boxed(title, self.count, 8, self.search, 2, *self.chips.values(), None, across=True, gap=6)
        buttons = line(horizontal=False), *self.actions_by_id.values(), self.more
        deeds = boxed(None, self.trash, *buttons, 4, self.open, across=True, gap=6)
        self.lay_out(shown, deeds, 0, (16, 12, 16, 12), gap=6)
        self.set_trash(0)

    def _chip(self, group: Group, tooltip: str) -> QPushButton:
        text = self._titles[group]
        chip = push_button(text, tooltip=tooltip, chip=True)
        chip.setCheckable(True)
        chip.setAccessibleName(_("Show only: {what}").format(what=text))
        chip.clicked.connect(lambda checked=False: self._choose(group if checked else None))
        return chip

    def _choose(self, chosen: Group | None) -> None:
        for group, chip in self.chips.items():
            chip.setChecked(group == chosen)
        self.filter_changed.emit()

    @property
    def group(self) -> Group | None:
        """The chip that is pressed."""
        return next((group for group, chip in self.chips.items() if chip.isChecked()), None)

    def clear_filter(self) -> None:
        """Shows all runs again."""
        self.search.clear()
        self._choose(None)

    def set_counts(self, shown: int, rows: Sequence[RunRow]) -> None:
        """How many runs there are, in all and in each group, and how many are shown of them."""
        total, size = len(rows), size_text(sum(row.size or 0 for row in rows))
        count = f"{total:,}" if shown == total else _("{n} of {total}").format(n=shown, total=f"{total:,}")
        wide = self.width() >= WIDE  # else the tooltip says it
        self.count.setText(f"{count} · {size}" if total and wide else count)
        self.count.setToolTip(plural("{n} run", "{n} runs", total) + "\n" + _("{size} on disk").format(size=size))
        longest = _("{n} of {total}").format(n=total, total=f"{total:,}")
        self.count.setMinimumWidth(self.count.fontMetrics().horizontalAdvance(longest + " · 888 MB" * wide))
        for group, text in self._titles.items():
            number = sum(row.state in GROUPS[group] for row in rows)
            self.chips[group].setText(f"{text} {number}" if number else text)
            self.chips[group].setMinimumWidth(self.chips[group].fontMetrics().horizontalAdvance(f"{text} 88") + 20)
        self.fit()

    def set_trash(self, count: int) -> None:
        """How many deleted runs wait in the trash."""
        self.trash.setText(_("Trash {n}").format(n=count) if count else _("Trash"))
        words = plural("{n} deleted run", "{n} deleted runs", count) if count else _("The trash is empty")
        self.trash.setToolTip(_("Show deleted runs") + "\n" + words)
        self.trash.setAccessibleName(_("Trash") + ": " + words)
