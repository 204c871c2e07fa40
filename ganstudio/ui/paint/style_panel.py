"""What lies under the canvas: other styles of the present map, sliders, and styles taken from pictures."""

from __future__ import annotations

import random

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ganstudio.app.paint.painter import NEW_SEEDS, VARIANT_COUNT, Painter
from ganstudio.core.fields import FieldSpec
from ganstudio.core.i18n import _
from ganstudio.explore.painting import moved
from ganstudio.ui.forms.editors import NumberEdit
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import label, tool_button
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.paint.style_rows import StyleRows
from ganstudio.ui.pictures.grid import PictureStrip

LARGEST_SEED = 10**9
LEFT = 316
"""Width of the strip: two rows of four comfortable pictures."""


class StylePanel(QWidget):
    """The style of the picture.

    Args:
        painter: what is driven.

    Signals:
        open_wanted: a picture is to be chosen whose style is taken.
        paste_wanted: the picture on the clipboard is.
        scene_wanted: a picture of the run's data is.
        dropped: something was dropped here (its ``QMimeData``).
    """

    open_wanted = Signal()
    paste_wanted = Signal()
    scene_wanted = Signal()
    dropped = Signal(object)

    def __init__(self, painter: Painter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._painter = painter
        hint = _("The present map in other styles: click one to take it (arrow keys and Enter do the same)")
        self.strip = PictureStrip(_("Other styles of this map"), hint, rows=2, sides=(8, 112), edge=(0, 0))
        self.strip.prepare(VARIANT_COUNT)
        self.strip.clicked.connect(painter.take_variant)
        self.rows = StyleRows(painter)
        self._make_head()
        self._lay_out()
        self.setAcceptDrops(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._hooks = (
            (painter.source_changed, self._source_changed),
            (painter.style_changed, self._style_changed),
            (painter.variants_changed, self._variants_changed),
            (painter.effects_changed, self.rows.arrange),
        )
        for signal, slot in self._hooks:
            signal.connect(slot)
        self._source_changed()

    def end(self) -> None:
        """Listens to nothing any more."""
        for signal, slot in self._hooks:
            signal.disconnect(slot, missing_ok=True)

    def _make_head(self) -> None:
        self.surprise = QPushButton(icon("dice"), _("Surprise me"))
        self.surprise.setToolTip(_("Eight other styles of this map (U); click one to take it"))
        self.surprise.setAccessibleName(_("Surprise me"))
        self.surprise.clicked.connect(self._painter.surprise)
        set_look(self.surprise, quiet=True)
        self.from_picture = QPushButton(icon("image"), _("From a picture"))
        self.from_picture.setToolTip(
            _("Takes the style of a picture: opened, pasted, from the data of the run, or dropped here")
        )
        self.from_picture.setAccessibleName(_("Style from a picture"))
        set_look(self.from_picture, quiet=True)
        menu = QMenu(self.from_picture)
        menu.addAction(icon("folder"), _("Open a picture…"), self.open_wanted.emit)
        menu.addAction(icon("paste"), _("Paste a picture"), self.paste_wanted.emit)
        menu.addAction(icon("database"), _("A picture of the run’s data…"), self.scene_wanted.emit)
        self.from_picture.setMenu(menu)
        words = _("The style that is drawn at random with this number; the same number gives the same style.")
        self.seed = NumberEdit(FieldSpec("seed", _("Seed"), words, "int", 0, low=0, high=LARGEST_SEED))
        self.seed.setAccessibleName(_("Seed of the style"))
        self.seed.setToolTip(words)
        self.seed.setMaximumWidth(96)
        self.seed.edited.connect(lambda value: self._draw(int(value)))
        self._seed_words = label(_("Seed"), "muted")
        self.dice = tool_button("dice", _("Another random style"))
        self.dice.clicked.connect(lambda: self._draw(random.SystemRandom().randrange(NEW_SEEDS)))
        self.reset = tool_button("reset", _("Reset the style"), _("Every slider back to the middle"))
        self.reset.clicked.connect(self.rows.reset)

    def _lay_out(self) -> None:
        left_head = QHBoxLayout()
        left_head.setSpacing(4)
        self._title = label(_("Style"), "strong")
        left_head.addWidget(self._title)
        left_head.addSpacing(4)
        left_head.addWidget(self.surprise)
        left_head.addWidget(self.from_picture)
        left_head.addStretch(1)
        right_head = QHBoxLayout()
        right_head.setSpacing(4)
        right_head.addStretch(1)
        right_head.addWidget(self._seed_words)
        right_head.addWidget(self.seed)
        right_head.addWidget(self.dice)
        right_head.addWidget(self.reset)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, head, body in ((left, left_head, self.strip), (right, right_head, self.rows)):
            column.setSpacing(4)
            column.addLayout(head)
            column.addWidget(body, 1)
        self._none = label(_("This generator draws one picture of each map: it has no style to choose."), "muted", True)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(12, 4, 8, 8)
        whole.setSpacing(24)
        self._left, self._right = QWidget(), QWidget()
        for part, column in ((self._left, left), (self._right, right)):
            column.setContentsMargins(0, 0, 0, 0)
            part.setLayout(column)
            whole.addWidget(part, 1)
        whole.setStretch(0, 0)
        self._left.setFixedWidth(LEFT)
        whole.addWidget(self._none, 1)

    # -- what the painter tells -------------------------------------------------------------------------------------

    @Slot()
    def _source_changed(self) -> None:
        painter = self._painter
        some = bool(painter.style_controls) or painter.opened is None
        for part in (self._left, self._right):
            part.setVisible(some)
        self._none.setVisible(not some)
        self.from_picture.setVisible(painter.reads_styles)
        self.setEnabled(painter.opened is not None)
        if painter.opened is not None:
            self.rows.build()

    @Slot()
    def _style_changed(self) -> None:
        state = self._painter.state
        if self._painter.style_controls and not self.rows.rows and not self.rows.sections:
            self.rows.build()
        self.rows.refresh()
        start, by_hand = self._painter.start, False
        if state is not None and state.seed is not None:
            self.seed.set_value(state.seed)
        elif state is not None and start is not None:
            by_hand = moved(state.position, start.position, self._painter.style_controls)
        self._seed_words.setText(_("Seed, moved") if by_hand else _("Seed"))
        words = _("The style is not the one of this seed: it was moved, or taken from elsewhere") if by_hand else ""
        self._seed_words.setToolTip(words)

    def _variants_changed(self, index: int) -> None:
        if index < 0:
            self.strip.blank()
        for place, picture in enumerate(self._painter.variant_pictures):
            if picture is not None and index in (-1, place):
                self.strip.put(place, picture[None])

    def _draw(self, seed: int) -> None:
        if self._painter.opened is not None and self._painter.style_controls:
            self._painter.edit(self._painter.drawn_from(seed), _("Style {seed}").format(seed=seed), "seed")

    # -- dropping ---------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A picture may be dropped here: its style is taken."""
        if self._painter.reads_styles and (event.mimeData().hasImage() or event.mimeData().hasUrls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Takes it."""
        event.acceptProposedAction()
        self.dropped.emit(event.mimeData())
