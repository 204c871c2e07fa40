"""The row above the pictures: where the input comes from, which way it is translated, how it is looked at."""

from __future__ import annotations

from PySide6.QtCore import QTimer

from ganstudio.app.translate.translator import Translator
from ganstudio.core.i18n import _, told
from ganstudio.ui.kit.flow import BreakingRow
from ganstudio.ui.kit.parts import Segmented, boxed, line, push_button, tool_button
from ganstudio.ui.pictures.viewer import zoom_choice
from ganstudio.ui.translate.stage import Stage


class Toolbar(BreakingRow):
    """One primary action, and what belongs to the present picture.

    Args:
        translator: what is translated.
        stage: how it is shown.
    """

    def __init__(self, translator: Translator, stage: Stage) -> None:
        super().__init__()
        self._translator, self._stage = translator, stage
        self.open = push_button(_("Open a picture…"), primary=True)
        self.paste = tool_button("paste", _("Paste"))
        self.draw = tool_button("plus", _("New drawing"))
        self.batch = tool_button("folder", _("Translate a folder…"))
        self.swap = tool_button("translate", _("Swap"))
        self.direction: Segmented | None = None
        self._names: tuple[str, ...] | None = None
        beside = ("beside", _("Side by side"), _("Input and output beside each other"))
        over = ("over", _("Before | after"), _("Input and output over each other, with a line to drag (C)"))
        self.view = Segmented((beside, over), _("View"))
        self.view.chosen.connect(lambda key: stage.set_comparing(key == "over"))
        self.zoom = zoom_choice(_("Scale"))
        self.zoom.chosen.connect(stage.set_zoom)
        stage.zoomed.connect(lambda: self.zoom.set_value(stage.zoom))
        stage.compared.connect(self.refresh)
        self._line = line(horizontal=False)
        before = (self.open, self.paste, self.draw, self.batch, self._line)
        self._place = len(before)
        self._row_left = boxed(*before, self.swap, None, across=True, gap=8)
        self.lay_out(self._row_left, boxed(None, self.view, self.zoom, across=True, gap=8), 0, (16, 8, 16, 4), gap=8)

    def refresh(self) -> None:
        """Shows the direction and how pictures are looked at."""
        control = self._translator.direction_control
        names = () if control is None else tuple(" → ".join(map(told, way.split(" → "))) for way in control.names)
        if names != self._names:
            self._make_direction(names)
            for part in (self._line, self.swap):
                part.setVisible(control is not None)
            QTimer.singleShot(0, self, self.fit)  # only then do the new buttons know how wide they are
        if self.direction is not None:
            self.direction.set_value(str(self._translator.direction))
        self.view.set_value("over" if self._stage.comparing else "beside")
        self.zoom.set_value(self._stage.zoom)

    def _make_direction(self, names: tuple[str, ...]) -> None:
        """Two ways beside each other, made anew for another network."""
        self._names = names
        if self.direction is not None:
            self._row_left.removeWidget(self.direction)
            self.direction.deleteLater()
            self.direction = None
        if not names:
            return
        tip = _("Translates {name}")
        ways = [(str(index), name, tip.format(name=name)) for index, name in enumerate(names)]
        self.direction = Segmented(ways, _("Direction"))
        self.direction.chosen.connect(lambda key: self._translator.set_direction(int(key)))
        self._row_left.insertWidget(self._place, self.direction)
