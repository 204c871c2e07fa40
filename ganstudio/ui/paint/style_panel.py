"""What lies under the canvas: other styles of the present map, sliders, and styles taken from pictures."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from ganstudio.app.paint.painter import VARIANT_COUNT, Painter
from ganstudio.core.i18n import _
from ganstudio.explore.painting import moved
from ganstudio.ui.controls import ControlsPanel
from ganstudio.ui.controls.seeds import SeedRow
from ganstudio.ui.kit.dialogs import ask_name
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.parts import ElidedLabel, boxed, label, push_button
from ganstudio.ui.paint.opening import Opening
from ganstudio.ui.pictures.grid import PictureStrip

LEFT = 316
"""Width of the strip: two rows of four comfortable pictures."""


class StylePanel(QWidget):
    """The style of the picture.

    Args:
        painter: what is driven.
        opening: takes the style of a picture.
    """

    def __init__(self, painter: Painter, opening: Opening) -> None:
        super().__init__()
        self._painter, self._opening = painter, opening
        hint = _("The present map in other styles: click one to take it (arrow keys and Enter do the same)")
        self.strip = PictureStrip(_("Other styles of this map"), hint, rows=2, sides=(8, 112), edge=(0, 0))
        self.strip.prepare(VARIANT_COUNT)
        self.strip.clicked.connect(painter.take_variant)
        self.controls = ControlsPanel(painter, "flow")
        self.controls.released.connect(painter.style_drawn)
        self._lay_out()
        self.setAcceptDrops(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.end = listen(
            self,
            (painter.source_changed, self._source_changed),
            (painter.state_changed, self._state_changed),
            (painter.variants_changed, self._variants_changed),
            (painter.effects_changed, self._rank),
        )
        self._source_changed()

    def _lay_out(self) -> None:
        tip = _("Eight other styles of this map (U); click one to take it")
        self.surprise = push_button(_("Surprise me"), "dice", tip, clicked=self._painter.surprise, quiet=True)
        tip = _("Takes the style of a picture: opened, pasted, from the data of the run, or dropped here")
        self.from_picture = push_button(_("From a picture"), "image", tip, menu=self._offer, quiet=True)
        self.from_picture.setAccessibleName(_("Style from a picture"))
        words = _("The style that is drawn at random with this number; the same number gives the same style.")
        self.seed = SeedRow(_("Seed"), words, [_("Another random style")])
        wide = max(map(self.seed.title.fontMetrics().horizontalAdvance, (_("Seed, moved"), _("Not of seed"))))
        self.seed.title.setMinimumWidth(wide + 4)  # what stands beside it does not move when it says so
        self.seed.title.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.seed.edit.setAccessibleName(_("Seed of the style"))
        self.seed.edit.setMinimumWidth(56)
        self.seed.edit.setMaximumWidth(96)
        self.seed.chosen.connect(self._draw)
        tip = _("Every slider back to the middle")
        self.reset = self.seed.add_button("reset", _("Reset the style"), self.reset_style, tip)
        tip = _("Styles with a name, kept with this generator; and to keep the present one")
        self.kept = push_button(_("Kept styles"), "pin", tip, menu=self._fill_kept, quiet=True)
        self.strip.setFixedWidth(LEFT)
        self._some = QWidget()
        title = ElidedLabel(_("Style"), "strong")  # it gives way where the buttons have long words
        title.setMaximumWidth(title.sizeHint().width() + 4)
        parts = (title, self.surprise, self.from_picture, None, self.kept, self.seed)
        head = boxed(*parts, across=True, gap=4, stretch=title)
        below = boxed(self.strip, self.controls, across=True, gap=24, stretch=self.controls)
        boxed(head, below, gap=4, into=self._some, stretch=below)
        self._none = label(_("This generator draws one picture of each map: it has no style to choose."), "muted", True)
        boxed(self._some, self._none, margins=(12, 4, 8, 8), into=self, stretch=self._some)

    def _offer(self, menu: QMenu) -> None:
        menu.addAction(icon("folder"), _("Open a picture…"), self._opening.choose_style)
        menu.addAction(icon("paste"), _("Paste a picture"), self._opening.paste_style)
        words = _("A picture of the run’s data…")
        menu.addAction(icon("database"), words, lambda: self._opening.choose_scene(True))

    def _fill_kept(self, menu: QMenu) -> None:
        kept, names = self._painter.kept, self._painter.kept.names
        for name in names:
            menu.addAction(name.replace("&", "&&"), partial(kept.take, name))
        menu.addSeparator()
        title = _("Keep this style")
        menu.addAction(icon("plus"), f"{title}…", lambda: ask_name(self, title, kept.free_name(), kept.keep))
        renames, goes = menu.addMenu(icon("rename"), _("Rename")), menu.addMenu(icon("trash"), _("Delete"))
        for name in names:
            ask = partial(ask_name, self, _("Rename a style"), name, partial(kept.rename, name))
            renames.addAction(name.replace("&", "&&"), ask)
            goes.addAction(name.replace("&", "&&"), partial(kept.remove, name))
        for more in (renames, goes):
            more.setEnabled(bool(names))

    # -- what the painter tells -------------------------------------------------------------------------------------

    def _source_changed(self) -> None:
        painter = self._painter
        some = bool(painter.dials) or painter.opened is None
        self._some.setVisible(some)
        self._none.setVisible(not some)
        self.from_picture.setVisible(painter.reads_styles)
        self.setEnabled(painter.opened is not None)
        self._rank()

    def _rank(self) -> None:
        self.controls.rank(self._painter.effects)

    def _state_changed(self) -> None:
        state, start = self._painter.state, self._painter.start
        if state is not None and start is not None:
            by_hand = state.seed is None and moved(state.position, start.position, self._painter.dials)
            self.seed.show_origin(state.origin, by_hand)

    def _variants_changed(self, index: int) -> None:
        if index < 0:
            self.strip.blank()
        for place, picture in enumerate(self._painter.variant_pictures):
            if picture is not None and index in (-1, place):
                self.strip.put(place, picture[None])

    # -- hands ------------------------------------------------------------------------------------------------------

    def _draw(self, seed: int) -> None:
        if self._painter.opened is not None and self._painter.dials:
            self._painter.edit(self._painter.drawn_from(seed), _("Style {seed}").format(seed=seed), "seed")

    def reset_style(self) -> None:
        """Every control as it was at first."""
        if self._painter.start is not None:
            self._painter.edit(self._painter.start, _("Reset the style"))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A picture may be dropped here: its style is taken."""
        if self._painter.reads_styles and (event.mimeData().hasImage() or event.mimeData().hasUrls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Takes it."""
        event.acceptProposedAction()
        self._opening.take_style_of(event.mimeData())
