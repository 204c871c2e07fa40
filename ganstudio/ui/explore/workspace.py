"""The Explore workspace: controls left, the large picture over its views in the middle, what one keeps on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.picks import Picks
from ganstudio.app.explore.points import PointPlane
from ganstudio.app.generators.workplaces import bundled_path
from ganstudio.app.studio import Studio
from ganstudio.core.i18n import _
from ganstudio.explore.looking import heat, laid_over
from ganstudio.ui.controls import ControlsPanel
from ganstudio.ui.controls.section import heading_of
from ganstudio.ui.explore.exports import Exports
from ganstudio.ui.explore.side import SidePanel
from ganstudio.ui.explore.travel import Traveller
from ganstudio.ui.explore.views import ViewTabs
from ganstudio.ui.forms.editors import QuietCombo
from ganstudio.ui.generator_page.page import GeneratorPage, Splitters
from ganstudio.ui.kit.errors import EmptyState
from ganstudio.ui.kit.files import Dropped
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.painted import to_image
from ganstudio.ui.kit.parts import Segmented, boxed, label, split, stacked
from ganstudio.ui.kit.words import step_text
from ganstudio.ui.pictures.viewer import Picture, PictureViewer
from ganstudio.ui.pictures.viewport import Viewport

if TYPE_CHECKING:
    from ganstudio.ui.explore.point_scene import PointScene

LEFT, RIGHT = 304, 304
COLUMNS, MIDDLE = "explore/bench", "explore/middle"
SIDE_BY_SIDE, EDGE, GAP = 3, 12, 8


class LookBar(QWidget):
    """“Look into: none | attention | …”, and the colours from low to high."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self._names: tuple[str, ...] = ()
        self.choice: Segmented | QuietCombo | None = None
        self._title, self._legend, ramp = label(_("Look into")), QWidget(), QLabel()
        ramp.setFixedSize(64, 8)
        ramp.setPixmap(QPixmap(to_image(np.rint(heat(np.linspace(0, 1, 64)))[None].astype(np.uint8))))
        ramp.setScaledContents(True)
        ramp.setAccessibleName(_("From low to high"))
        low, high = label(_("low"), "muted"), label(_("high"), "muted")
        boxed(low, ramp, high, across=True, gap=4, into=self._legend)
        self._row = boxed(self._title, None, self._legend, across=True, margins=(EDGE, 4, EDGE, 4), gap=GAP, into=self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.refresh()

    def refresh(self) -> None:
        """Shows what there is to choose, and what is chosen."""
        if self._explorer.looks != self._names:
            self._build(self._explorer.looks)
        look = self._explorer.look
        self.setVisible(bool(self._names))
        if isinstance(self.choice, Segmented):
            self.choice.set_value(look)
        elif self.choice is not None:
            self.choice.setCurrentIndex(max(0, self.choice.findData(look)))
        self._compact()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the legend gives way."""
        super().resizeEvent(event)
        self._compact()

    def _compact(self) -> None:
        if self.choice is None:
            return
        needed = self._title.sizeHint().width() + self.choice.sizeHint().width() + self._legend.sizeHint().width()
        self._legend.setVisible(bool(self._explorer.look) and needed + 2 * EDGE + 3 * GAP <= self.width())

    def _build(self, names: tuple[str, ...]) -> None:
        if self.choice is not None:
            self._row.removeWidget(self.choice)
            self.choice.hide()
            self.choice.deleteLater()
        self._names, self.choice = names, None
        if not names:
            return
        words = [("", _("None"), _("The picture alone"))]
        words += [(name, heading_of(name), _("Lays {name} over the picture").format(name=name)) for name in names]
        if len(names) <= SIDE_BY_SIDE:
            self.choice = Segmented(words, _("Look into"))
            self.choice.chosen.connect(self._explorer.look_into)
        else:
            self.choice = combo = QuietCombo()
            for key, text, _tip in words:
                combo.addItem(text, key)
            combo.setAccessibleName(_("Look into"))
            combo.setToolTip(_("Which map is laid over the picture"))
            combo.activated.connect(lambda place: self._explorer.look_into(combo.itemData(place)))
        self._row.insertWidget(1, self.choice, 0, Qt.AlignmentFlag.AlignVCenter)


class ExploreWorkspace(GeneratorPage):
    """Everything to explore one generator."""

    def __init__(self, studio: Studio, binder: ActionBinder, parent: QWidget | None = None) -> None:
        super().__init__(studio, binder, parent)
        self.explorer = Explorer(studio, self._waker)
        self._use(self.explorer)
        self.traveller = Traveller(self.explorer)
        self.controls = ControlsPanel(self.explorer)
        self.picture = PictureViewer(
            _("The large picture"),
            _("Drag to travel through the latent space; arrow keys do the same, with Shift in small steps. The wheel "
              "zooms, 0 fits."),
            self.traveller,
            Viewport(margin=0, whole_from=0.0),
        )  # fmt: skip
        self.look_bar = LookBar(self.explorer)
        self.picks = Picks()
        self.points = PointPlane(self.explorer)
        self.views = ViewTabs(self.explorer, self.traveller, self.picks, self.points)
        self.side = SidePanel(self.explorer, studio, self.picks)
        self.exports = Exports(self.explorer, self.views, lambda: self.shown, self)
        self.scene: PointScene | None = None
        self._on_plane = False
        self.picture.menu_requested.connect(self._open_menu)
        self._lay_out()
        self.explorer.source_changed.connect(self._source_changed)
        self.explorer.picture_changed.connect(self._picture_changed)
        self.explorer.weights_changed.connect(self._show_picture)
        self._hear(self.explorer.history)
        self._source_changed()

    def _lay_out(self) -> None:
        above = QWidget()
        self._large = stacked(self.picture)
        boxed(self.look_bar, self._large, into=above, stretch=self._large)
        self.middle = split(above, self.views, stretch=(1, 1), down=True)
        self.columns = split(self.controls, self.middle, self.side, stretch=(0, 1, 0))
        empty = EmptyState(
            "explore",
            _("Explore what a generator learned"),
            _("Sliders, codes, classes and directions answer at once, on a finished run or on one that is training. "
              "Open one above, or begin with the digits that come with the program."),
            _("Open the ready digits"),
        )  # fmt: skip
        empty.clicked.connect(lambda: self.explorer.open_bundled())
        self._fill(self.columns, empty)

    def _source_changed(self) -> None:
        points = self.points.there
        if points and self.scene is None:
            from ganstudio.ui.explore.point_scene import PointScene  # brings the plots

            self.scene = PointScene(self.explorer, self.points)
            self._large.addWidget(self.scene)
        if points != self._on_plane:
            self.save_layout()
            self._on_plane = points
            if self._arranged:
                self.restore_layout()
        scene = self.scene if points else None
        self._large.setCurrentWidget(scene or self.picture)
        if self._turn_page() is not None and self.explorer.opened is not None:
            (scene.plot if scene is not None else self.picture).setFocus()
        self._show_picture()
        self.look_bar.refresh()
        self._studio.actions.refresh()
        self._arrange_once()

    def _picture_changed(self) -> None:
        self._show_picture()
        self.look_bar.refresh()
        self._note(self.explorer.picture is not None)

    @property
    def shown(self) -> QImage:
        """What is seen large: the picture, one pixel a pixel, or the plane of points."""
        scene = self.scene
        return scene.image() if scene is not None and self._large.currentWidget() is scene else self.picture.image

    def _show_picture(self) -> None:
        """The picture, and the one that it is compared with, each with the map that is laid over it."""
        explorer, look = self.explorer, self.explorer.look
        comparing, live = explorer.other is not None, explorer.following is not None
        names = (_("A · now"), _("B · kept")) if comparing else ("",)
        step = step_text(explorer.step) if live else ""  # else step and weights stand above already
        self.picture.compare("beside" if comparing else "")
        self.picture.show_pictures(
            _laid(explorer.picture, explorer.maps.get(look)),
            _laid(explorer.other_picture, explorer.other_maps.get(look)) if comparing else None,
        )
        self.picture.show_tags(*(" · ".join(part for part in (name, step) if part) for name in names), live=live)
        error = "" if explorer.error is None else str(explorer.error)
        about = _("{name} is laid over it").format(name=look) if look else ""
        self.picture.show_words(error=error, about=about)

    # -- opening ----------------------------------------------------------------------------------------------------

    def begin_alone(self) -> None:
        """The run that comes with the program."""
        self.explorer.open_bundled()

    def open_ready(self) -> None:
        """The run that comes with the program, its codes laid out; goes on where it is explored already."""
        self.views.open("sweep")
        opened = self.explorer.opened
        if opened is None or opened.path != bundled_path("explore"):
            self.explorer.open_bundled()

    def take(self, dropped: Dropped) -> None:
        """A generator is opened; a picture is looked for among what the present one can draw."""
        if dropped.is_generator:
            self.explorer.open_file(dropped.path)
        else:
            self.side.open("projection")
            self.side.projection.matching.look_for(dropped.path)

    def _open_menu(self, point: QPoint) -> None:
        self._pop_up(point, ("pin", "compare", "pixels", "", "copy", "save", "python", "", "film"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape ends the search for a picture."""
        if event.key() == Qt.Key.Key_Escape and self.side.projection.matching.running:
            self.side.projection.matching.cancel()
        else:
            super().keyPressEvent(event)

    # -- deeds ------------------------------------------------------------------------------------------------------

    def back_to_start(self) -> None:
        """Every control as it was at first."""
        if self.explorer.opened is not None:
            self.explorer.edit(self.explorer.opened.start, _("Back to the start"))

    def match_picture(self) -> None:
        """Asks for a picture and looks for it, where one sees how."""
        self.side.open("projection")
        self.side.projection.choose()

    def toggle_compare(self) -> None:
        """Keeps the present picture beside the next ones, or no longer."""
        self.explorer.compare_with(None if self.explorer.other is not None else self.explorer.state)

    def swap(self) -> None:
        """What one compared with is driven from now on."""
        state, other = self.explorer.state, self.explorer.other
        if state is not None and other is not None:
            history = self.explorer.history
            history.begin(_("Swap"))
            self.explorer.edit(other, _("Swap"))
            self.explorer.compare_with(state)
            history.commit()

    def splitters(self) -> Splitters:
        """Controls, the middle and what one keeps; the large picture over its views."""
        wide = max(400, self.width() - LEFT - RIGHT)
        name, sizes = (f"{MIDDLE}/points", [430, 250]) if self._on_plane else (MIDDLE, [270, 410])
        return ((COLUMNS, self.columns, [LEFT, wide, RIGHT]), (name, self.middle, sizes))


def _laid(picture: Picture | None, over: NDArray[np.float32] | None) -> Picture | None:
    return picture if picture is None or over is None else laid_over(picture, over)
