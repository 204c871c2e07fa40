"""The inside of a 2-D game: points, heat-map, manifold, gradients and modes, each switchable."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QImage, QPainter
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from ganstudio.core.events import Scene
from ganstudio.core.i18n import _
from ganstudio.ui.kit.chips import Chip, ChipRow, Mark
from ganstudio.ui.kit.files import copy_image, save_image
from ganstudio.ui.kit.theme import Theme, current_theme, theme_hub
from ganstudio.ui.plots.scene_plot import ScenePlot

Points = NDArray[np.float32]


def _rows() -> tuple[tuple[str, str, str, Mark, str], ...]:
    """The layers: name, word, explanation, mark, colour token."""
    return (
        ("real", _("real"), _("Real points"), "dot", "real"),
        ("fakes", _("generated"), _("Generated points"), "dot", "generator"),
        (
            "heat",
            _("D heat-map"),
            _("What the discriminator believes: green real, orange generated, the thin line undecided"),
            "field",
            "discriminator",
        ),
        (
            "manifold",
            _("manifold"),
            _("Where a regular grid of latents lands; denser where the generator puts more probability"),
            "mesh",
            "generator",
        ),
        ("arrows", _("gradients"), _("Which way generated points are pulled"), "arrow", "purple"),
        (
            "modes",
            _("modes"),
            _("The true modes (3σ); ticked where generated points arrive, dashed where none do"),
            "ring",
            "text",
        ),
    )


class SceneView(QWidget):
    """A plane with layers; the chips above it are switches and legend in one.

    Signals:
        layer_toggled(name, on): a person switched a layer: ``real``, ``fakes``, ``heat``, ``manifold``, ``arrows``,
            ``modes``.
    """

    layer_toggled = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None, *, theme: Theme | None = None) -> None:
        super().__init__(parent)
        self._theme = theme or current_theme()
        self._chips = ChipRow(self)
        for row in _rows():
            self._chips.add(Chip(*row, self._theme, self._chips))
        self._tips = {name: self._chips.chips[name].toolTip() for name in ("heat", "manifold", "arrows")}
        self._chips.set_shown("modes", False)
        self._chips.toggled.connect(self._switched)
        self._plot = ScenePlot(self._theme, self)
        self._plot.setToolTip("")
        self._plot.setAccessibleDescription(
            _("Wheel or + and − zoom, drag or arrow keys move, double-click or 0 shows everything.")
        )
        self.set_empty_text(_("Real and generated points appear here as soon as training begins."))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = QVBoxLayout()
        head.setContentsMargins(16, 0, 16, 0)  # the plane reaches the edges, its legend keeps the window's margin
        head.addWidget(self._chips)
        column.addLayout(head)
        column.addWidget(self._plot, 1)
        self.setAccessibleName(_("2-D scene"))
        theme_hub.changed.connect(self.apply_theme)

    @property
    def plot(self) -> ScenePlot:
        """The plane without the chips."""
        return self._plot

    def set_spec(self, extent: float, modes: Sequence[tuple[float, float]] = (), mode_std: float = 0.0) -> None:
        """Sets the square ``[-extent, extent]²`` that is shown, and the true modes of a mixture."""
        self._plot.extent = max(float(extent), 1e-6)
        self._plot.modes, self._plot.mode_std, self._plot.hits = list(modes), mode_std, []
        self._chips.set_shown("modes", bool(modes))
        self._name_modes()
        self._plot.reset_view()

    def set_real(self, points: Points | None) -> None:
        """Shows real points, float32 ``(n, 2)``; None shows none."""
        self._plot.real = _checked(points)
        self._plot.forget_cache(real=True)

    def set_fakes(
        self, points: Points | None, groups: NDArray[np.int64] | None = None, group_names: tuple[str, ...] = ()
    ) -> None:
        """Shows generated points, float32 ``(n, 2)``; None shows none.

        ``groups`` says which of several generators made each, int64 ``(n,)``: a colour and a number of its own.
        """
        self._plot.set_fakes(_checked(points), groups, group_names)

    def set_scene(self, scene: Scene | None) -> None:
        """Shows heat-map, manifold and arrows; None shows none, and their chips say why."""
        self._plot.scene = scene
        for name, tip in self._tips.items():
            self._chips.chips[name].setEnabled(scene is not None)
            self._chips.chips[name].setToolTip(
                tip if scene is not None else _("Seen while the run trains in this window")
            )
        self._plot.forget_cache(heat=True)

    def set_mode_hits(self, hits: Sequence[bool]) -> None:
        """Says for each mode whether generated points arrive there."""
        self._plot.hits = [bool(hit) for hit in hits]
        self._name_modes()
        self._plot.update()

    def set_layer(self, name: str, shown: bool) -> None:
        """Switches a layer, as its chip does.

        Raises:
            KeyError: there is no such layer.
        """
        self._chips.chips[name].setChecked(shown)

    def layers(self) -> dict[str, bool]:
        """Which layers are switched on."""
        return {name: chip.isChecked() for name, chip in self._chips.chips.items()}

    def set_empty_text(self, text: str) -> None:
        """The sentence shown while there is nothing to see."""
        self._plot.empty_text = text
        self._plot.update()

    def image(self) -> QImage:
        """The plane as it is seen, in device pixels, without chips."""
        ratio = self._plot.devicePixelRatioF()
        image = QImage(self._plot.size() * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        painter = QPainter(image)
        self._plot.paint_scene(painter, ratio)
        painter.end()
        image.setDevicePixelRatio(1.0)
        return image

    @Slot(object)
    def apply_theme(self, theme: Theme) -> None:
        """Uses the colours of another theme."""
        self._theme = theme
        for chip in self._chips.chips.values():
            chip.set_theme(theme)
        self._plot.set_theme(theme)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offers copying, saving and the whole view."""
        menu = self.make_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def make_menu(self) -> QMenu:
        """Copy, save, reset."""
        menu = QMenu(self)
        menu.addAction(_("Copy picture"), self._copy)
        menu.addAction(_("Save picture as PNG…"), self._save)
        menu.addSeparator()
        menu.addAction(_("Show everything"), self._plot.reset_view)
        return menu

    @Slot()
    def _copy(self) -> None:
        copy_image(self.image())

    @Slot()
    def _save(self) -> None:
        save_image(self, self.image(), "scene.png")

    @Slot(str, bool)
    def _switched(self, name: str, on: bool) -> None:
        (self._plot.shown.add if on else self._plot.shown.discard)(name)
        self._plot.update()
        self.layer_toggled.emit(name, on)

    def _name_modes(self) -> None:
        chip, hits = self._chips.chips["modes"], self._plot.hits
        chip.setText(_("modes {hit}/{all}").format(hit=sum(hits), all=len(hits)) if hits else _("modes"))
        self._chips.arrange()
        chip.update()


def _checked(points: Points | None) -> Points | None:
    if points is not None and (points.ndim != 2 or points.shape[1] != 2):
        raise ValueError(f"points must be (n, 2), not {points.shape}")
    return points
