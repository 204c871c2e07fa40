"""A latent vector: a slider for each number; found by its number, pinned, ranked, copied and pasted as a whole."""

from __future__ import annotations

import json
import math
import random
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QProgressBar, QWidget

from ganstudio.core.controls import LatentVector
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState, read_value
from ganstudio.ui.controls.editing import Editing
from ganstudio.ui.controls.ranking import Ranking
from ganstudio.ui.controls.rows import RowList
from ganstudio.ui.controls.section import TITLE, Section
from ganstudio.ui.controls.slider import ValueSlider
from ganstudio.ui.kit.parts import LinkButton, Segmented, boxed, label
from ganstudio.ui.kit.style import set_look

REACH = 3.0
FEW = 8
"""So many rows are seen at a glance and need no search."""
AT_ONCE = 128
LONGEST_TEXT = 1_000_000


def read_vector(control: LatentVector, text: str) -> NDArray[Any]:
    """A whole vector from text: a JSON list, or numbers with anything usual between them.

    Raises:
        UsageError: it is something else, or holds another number of numbers.
    """
    if len(text) > LONGEST_TEXT:
        raise UsageError(_("The text is far too long to be a latent vector."))
    if not text.strip():
        raise UsageError(_("There is no text to be pasted; copy {size} numbers first.").format(size=control.size))
    try:
        return read_value(control, json.loads(text))
    except (ValueError, RecursionError):  # no JSON
        words = re.split(r"[\s,;]+", text.strip().strip("[](){}").strip().replace("−", "-"))
        return read_value(control, words)


class LatentSection(Section):
    """The rows of one latent vector, created as they are shown."""

    def __init__(self, control: LatentVector, editing: Editing, ranking: Ranking) -> None:
        super().__init__(_("Latent {name}").format(name=control.name), editing)
        self.control, self.ranking = control, ranking
        self._rows: dict[int, ValueSlider] = {}
        self._pinned: list[int] = []
        self._limit = AT_ONCE
        self._values: list[float] = [0.0] * control.size
        self._defaults: list[float] = [0.0] * control.size
        longest = self.fontMetrics().horizontalAdvance(f"{control.name} {control.size}")
        self._title_width = min(longest + 8, TITLE - 20)
        self._add_tools()
        self._add_finders()
        self.problem = label("", "problem", wrap=True)
        self.problem.hide()
        self.list = RowList()
        self._more = LinkButton("")
        self._more.setToolTip(_("Shows the next rows of the list"))
        self._more.clicked.connect(self._show_more)
        for part in (self.problem, self.list, self._more):
            self.column.addWidget(part)
        ranking.changed.connect(self._ranked)
        self._ranked()

    def _add_tools(self) -> None:
        name = self.control.name
        self.dice = self.add_tool(
            "dice", _("Randomise {name} only").format(name=name),
            _("Draws {name} anew and leaves everything else as it is").format(name=name), self.randomise,
        )  # fmt: skip
        self.copy = self.add_tool(
            "copy", _("Copy {name}").format(name=name), _("Copy all {size} numbers as text").format(size=self.control.size),
            self.copy_vector,
        )  # fmt: skip
        self.paste = self.add_tool(
            "paste", _("Paste {name}").format(name=name),
            _("Paste {size} numbers: a JSON list, or separated by spaces").format(size=self.control.size),
            self.paste_vector,
        )  # fmt: skip
        self._reset = self.add_reset(self.reset, _("Every number back to where it was drawn"))

    def _add_finders(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Find, e.g. 12"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaxLength(200)
        self.search.setAccessibleName(_("Find a number of {name}").format(name=self.control.name))
        self.search.setToolTip(_("Shows only some rows: “12”, “z 12”, “3 7 40”, “10-20”"))
        self.search.textChanged.connect(self._arrange)
        self.order = Segmented(
            (
                ("number", _("Number"), _("In the order of their numbers")),
                ("effect", _("Effect"), _("What changes the picture most comes first")),
            ),
            _("Order"),
        )
        self.order.chosen.connect(self._ordered)
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        keeps = self.bar.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)  # the rows stay where they are when it comes and goes
        self.bar.setSizePolicy(keeps)
        self.bar.setAccessibleName(_("Measuring how much each number changes the picture"))
        self.bar.setToolTip(self.bar.accessibleName())
        self.finders = QWidget()
        row = boxed(self.search, self.order, across=True, gap=8, stretch=self.search)
        boxed(row, self.bar, gap=4, into=self.finders)
        self.finders.setVisible(self.control.size > FEW)
        self.column.addWidget(self.finders)

    # -- rows -------------------------------------------------------------------------------------------------------

    def row(self, index: int) -> ValueSlider:
        """The row of a number, counted from 0."""
        if index not in self._rows:
            name = self.control.name
            reach = REACH if self.control.prior == "normal" else 1.0
            title = f"{name} {index + 1}"
            row = ValueSlider(title, -reach, reach, self._defaults[index], title_width=self._title_width, pinnable=True)
            row.set_value(self._values[index])
            self.editing.bind_number(row, name, index)
            row.pinned_changed.connect(lambda pinned: self._pin(index, pinned))
            self._rows[index] = row
        return self._rows[index]

    def _pin(self, index: int, pinned: bool) -> None:
        self._pinned = [*(other for other in self._pinned if other != index), *([index] if pinned else [])]
        self._arrange()
        self.list.wanted.emit(self._rows[index])

    def _found(self) -> list[int]:
        """The numbers (from 0) that the search asks for; all for an empty one."""
        text = self.search.text().casefold().replace("–", "-").replace("−", "-")
        spans = re.findall(r"(\d{1,6})(?:\s*-\s*(\d{1,6}))?", text.replace(self.control.name.casefold(), " "))
        if not text.strip():
            return list(range(self.control.size))
        wanted: set[int] = set()
        for first, last in spans:
            wanted.update(range(int(first) - 1, min(int(last or first), self.control.size)))
        return sorted(index for index in wanted if 0 <= index < self.control.size)

    def _arrange(self) -> None:
        """Puts the rows in order: pinned ones first, then by number or by effect."""
        found = self._found()
        known = self.ranking.shares.get(self.control.name, ()) if self.order.value == "effect" else ()
        ranked = len(known) == self.control.size
        shares = [float(share) for share in known] if ranked else [math.nan] * self.control.size
        most = max(shares) if ranked else 1.0
        if ranked:
            found.sort(key=lambda index: -shares[index])
        pinned = [index for index in self._pinned if index in found]
        order = [*pinned, *(index for index in found if index not in pinned)]
        shown = order[: self._limit]
        for index in shown:
            self.row(index).set_share(shares[index], most)
        self.list.show_rows([self._rows[index] for index in shown])
        left = len(order) - len(shown)
        self._more.setVisible(left > 0)
        self._more.setText(_("Show {count} more").format(count=min(left, AT_ONCE)))
        words = _("No such number: {name} goes from 1 to {size}.")
        self._say("" if found else words.format(name=self.control.name, size=self.control.size))
        set_look(self.search, wrong=not found)

    def _show_more(self) -> None:
        self._limit += AT_ONCE
        self._arrange()

    def _ordered(self, key: str) -> None:
        self.ranking.want(key == "effect")
        self._arrange()

    def _ranked(self) -> None:
        """The ranking is further, or done."""
        measuring = self.order.value == "effect" and self.ranking.progress >= 0
        self.bar.setVisible(measuring)
        self.bar.setValue(round(100 * max(0.0, self.ranking.progress)))
        if not measuring:
            self._arrange()
            if self.order.value == "effect" and self.ranking.error:
                self._say(self.ranking.error)

    # -- the whole vector -------------------------------------------------------------------------------------------

    def randomise(self) -> None:
        """Draws this vector anew; everything else stays."""
        if self.editing.state is not None:
            drawn = self.editing.driven.drawn_from(random.SystemRandom().randrange(2**31)).position
            self._put(drawn[self.control.name], _("Randomise {name}").format(name=self.control.name))

    def reset(self) -> None:
        """Every number back to where it was drawn."""
        self._put(np.asarray(self._defaults, np.float32), _("Reset {title}").format(title=self.title))

    def copy_vector(self) -> None:
        """Puts the vector into the clipboard as a JSON list."""
        vector = self.editing.value(self.control.name)
        if vector is not None:
            numbers = [float(f"{number:.9g}") for number in vector.tolist()]
            QGuiApplication.clipboard().setText(json.dumps(numbers))
            text = _("{size} numbers of {name} are in the clipboard.")
            self.editing.driven.studio.notifications.info(text.format(size=len(numbers), name=self.control.name))

    def paste_vector(self) -> None:
        """Takes the vector from the clipboard; says what is wrong with it in place."""
        try:
            vector = read_vector(self.control, QGuiApplication.clipboard().text())
        except UsageError as error:
            self._say(str(error))
            return
        self._say("")
        self._put(vector, _("Paste {name}").format(name=self.control.name))

    def _put(self, vector: NDArray[Any], text: str) -> None:
        self.editing.put(self.control.name, vector, text)

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A pasted vector, when a row could not take it as one number."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste_vector()
        elif event.matches(QKeySequence.StandardKey.Find) and self.finders.isVisible():
            self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            event.ignore()

    # -- what is shown ----------------------------------------------------------------------------------------------

    def refresh(self, state: ExploreState) -> None:
        """Shows where the numbers stand, and where Reset goes."""
        origin = self.editing.origins.of(state, self.editing.driven.dials)[self.control.name]
        self._values, self._defaults = state.position[self.control.name].tolist(), origin.tolist()
        for index, row in self._rows.items():
            row.set_default(self._defaults[index])
            row.set_value(self._values[index])
        self._reset.setEnabled(self._values != self._defaults)
