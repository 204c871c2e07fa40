"""A latent vector: a slider for each number, found, pinned, ranked by effect; copied and pasted as a whole."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.controls import LatentVector
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.rendering import Drawn
from ganstudio.explore.state import ExploreState, read_value
from ganstudio.ui.controls.editing import Editing
from ganstudio.ui.controls.section import TITLE, RowList, Section
from ganstudio.ui.controls.slider import ValueSlider
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.parts import LinkButton, Segmented, boxed, entry, keeping_room, label, say
from ganstudio.ui.kit.progress import ProgressBar
from ganstudio.ui.kit.style import set_look

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator

REACH = 3.0
FEW = 8
"""So many rows are seen at a glance and need no search."""
AT_ONCE = 128
LONGEST_TEXT = 1_000_000
CHANNEL = "relevance"
URGENCY = -10


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


class Ranking(QObject):
    """Asks once it is wanted, and again for other weights of the same run.

    Signals:
        changed: there are others shares, or it is further.

    Attributes:
        shares: float32 ``(size,)`` for every vector by its control's name; empty until they are known.
        progress: 0 to 1 while it is being measured; negative otherwise.
    """

    changed = Signal()

    def __init__(self, explorer: Explorer, parent: QObject) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self._controls = explorer.controls
        self._generator = None if explorer.opened is None else explorer.opened.generator
        self._wanted = False
        self.shares: dict[str, NDArray[np.float32]] = {}
        self.progress = -1.0
        self.error = ""
        listen(
            self,
            (explorer.source_changed, self._source_changed),
            (explorer.weights_changed, self._weights_changed),
            (explorer.drawn, self._take),
        )

    def want(self, wanted: bool) -> None:
        """Measures it, unless it is known; not wanted any more, it stops."""
        if wanted == self._wanted:
            return
        self._wanted = wanted
        if wanted and not self.shares:
            self._ask()
        elif not wanted and self.progress >= 0:
            self._explorer.drop(CHANNEL)
            self.progress = -1.0
            self.changed.emit()

    def _source_changed(self) -> None:
        """So is the generator: what is known is forgotten, and measured anew where the same controls want it."""
        generator = None if self._explorer.opened is None else self._explorer.opened.generator
        if self._explorer.opening or generator is self._generator:
            return  # what was to be opened could not be, or is not there yet
        self._generator = generator
        if self._explorer.controls != self._controls:
            self._controls = self._explorer.controls
            self.want(False)
        self.shares = {}
        if self._wanted:
            self._ask()

    def _weights_changed(self) -> None:
        """The weights are others: measures anew where it is wanted.

        A run in training is not measured again at every step: its order would never hold still.
        """
        self._generator = None if self._explorer.opened is None else self._explorer.opened.generator
        if self._wanted and (self.progress >= 0 or self._explorer.following is None):
            self._ask()
        elif not self._wanted and self._explorer.following is None:
            self.shares = {}

    def _ask(self) -> None:
        if self._explorer.opened is None:
            return

        def work(generator: Generator) -> Iterator[Any]:
            from ganstudio.explore.relevance import relevance

            return relevance(generator)

        self.progress, self.error = 0.0, ""
        self._explorer.ask(CHANNEL, work, URGENCY)
        self.changed.emit()

    def _take(self, drawn: Drawn) -> None:
        if drawn.channel != CHANNEL or not self._wanted:
            return
        if isinstance(drawn.value, dict):
            self.shares, self.progress = drawn.value, -1.0
        elif drawn.value is not None:
            self.progress = float(drawn.value.fraction)
        elif isinstance(drawn.error, StudioError):
            self.error, self.progress = str(drawn.error), -1.0
        else:
            return
        self.changed.emit()


class LatentSection(Section):
    """The rows of one latent vector, created as they are shown."""

    def __init__(self, control: LatentVector, editing: Editing, ranking: Ranking) -> None:
        super().__init__(_("Latent {name}").format(name=_(control.name)), editing, control.name)
        self.control, self.ranking = control, ranking
        self._rows: dict[int, ValueSlider] = {}
        self._pinned: list[int] = []
        self._limit = AT_ONCE
        self._values: list[float] = [0.0] * control.size
        self._defaults: list[float] = [0.0] * control.size
        longest = self.fontMetrics().horizontalAdvance(f"{_(control.name)} {control.size}")
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
        tools = (
            ("dice", _("Randomise {name} only"), _("Draws {name} anew and leaves everything else as it is"), self.randomise),
            ("copy", _("Copy {name}"), _("Copy its numbers as text, {size} in all"), self.copy_vector),
            ("paste", _("Paste {name}"), _("Paste its numbers ({size}): a JSON list, or with spaces"), self.paste_vector),
        )  # fmt: skip
        self.dice, self.copy, self.paste = (
            self.add_tool(icon, words.format(name=self.name), tip.format(name=self.name, size=self.control.size), call)
            for icon, words, tip, call in tools
        )
        self.add_reset(_("Every number back to where it was drawn"))

    def _add_finders(self) -> None:
        name, tip = _("Find a number of {name}"), _("Shows only some rows: “12”, “z 12”, “3 7 40”, “10-20”")
        self.search = entry(_("Find, e.g. 12"), tip, name.format(name=self.name), longest=200, clear=True)
        self.search.textChanged.connect(self._arrange)
        self.order = Segmented(
            (
                ("number", _("Number"), _("In the order of their numbers")),
                ("effect", _("Effect"), _("What changes the picture most comes first")),
            ),
            _("Order"),
        )
        self.order.chosen.connect(self._ordered)
        self.bar = keeping_room(ProgressBar(_("Measuring how much each number changes the picture")))
        self.finders = QWidget()
        row = boxed(self.search, self.order, across=True, gap=8, stretch=self.search)
        boxed(row, self.bar, gap=4, into=self.finders)
        self.finders.setVisible(self.control.size > FEW)
        self.column.addWidget(self.finders)

    # -- rows -------------------------------------------------------------------------------------------------------

    def row(self, index: int) -> ValueSlider:
        """The row of a number, counted from 0."""
        if index not in self._rows:
            reach, title = REACH if self.control.prior == "normal" else 1.0, f"{_(self.name)} {index + 1}"
            row = ValueSlider(title, -reach, reach, self._defaults[index], title_width=self._title_width, pinnable=True)
            row.set_value(self._values[index])
            self.editing.bind_number(row, self.name, index)
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
        spans = re.findall(r"(\d{1,6})(?:\s*-\s*(\d{1,6}))?", text.replace(self.name.casefold(), " "))
        if not text.strip():
            return list(range(self.control.size))
        wanted: set[int] = set()
        for first, last in spans:
            wanted.update(range(int(first) - 1, min(int(last or first), self.control.size)))
        return sorted(index for index in wanted if 0 <= index < self.control.size)

    def _arrange(self) -> None:
        """Puts the rows in order: pinned ones first, then by number or by effect."""
        found = self._found()
        known = self.ranking.shares.get(self.name, ()) if self.order.value == "effect" else ()
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
        say(self.problem, "" if found else words.format(name=self.name, size=self.control.size))
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
        self.bar.show_share(max(0.0, self.ranking.progress))
        if not measuring:
            self._arrange()
            if self.order.value == "effect" and self.ranking.error:
                say(self.problem, self.ranking.error)

    # -- the whole vector -------------------------------------------------------------------------------------------

    def randomise(self) -> None:
        """Draws this vector anew; everything else stays."""
        if self.editing.state is not None:
            drawn = self.editing.driven.drawn_from(random.SystemRandom().randrange(2**31)).position
            self.put(drawn[self.name], _("Randomise {name}").format(name=self.name))

    def reset(self) -> None:
        """Every number back to where it was drawn."""
        self.put(np.asarray(self._defaults, np.float32), self._reset.accessibleName())

    def copy_vector(self) -> None:
        """Puts the vector into the clipboard as a JSON list."""
        vector = self.editing.value(self.name)
        if vector is not None:
            numbers = [float(f"{number:.9g}") for number in vector.tolist()]
            QGuiApplication.clipboard().setText(json.dumps(numbers))
            text = _("The numbers of {name} are in the clipboard.")
            self.editing.driven.studio.notifications.info(text.format(name=self.name))

    def paste_vector(self) -> None:
        """Takes the vector from the clipboard; says what is wrong with it in place."""
        try:
            vector = read_vector(self.control, QGuiApplication.clipboard().text())
        except UsageError as error:
            say(self.problem, str(error))
            return
        say(self.problem, "")
        self.put(vector, _("Paste {name}").format(name=self.name))

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
        origin = self.editing.origins.of(state, self.editing.driven.dials)[self.name]
        self._values, self._defaults = state.position[self.name].tolist(), origin.tolist()
        for index, row in self._rows.items():
            row.set_default(self._defaults[index])
            row.set_value(self._values[index])
        self._reset.setEnabled(self._values != self._defaults)
