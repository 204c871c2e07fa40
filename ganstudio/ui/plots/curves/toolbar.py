"""The row above the curves: smoothing, axes, marks, fit, export."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QSlider, QToolButton, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.menus import MarkKeys
from ganstudio.ui.kit.parts import boxed
from ganstudio.ui.kit.theme import current_theme, ui_font

_SLIDER_STEPS = 100
LIGHTLY = 33
"""Where the slider stands at first: about ten steps are averaged."""


def slider_to_weight(position: int) -> float:
    """Slider position 0..100 to smoothing weight 0..0.999: each third of the way averages ten times as many steps."""
    return 0.0 if position <= 0 else 1 - 10 ** (-3 * min(position, _SLIDER_STEPS) / _SLIDER_STEPS)


def weight_to_slider(weight: float) -> int:
    """The slider position nearest to a weight."""
    return 0 if weight <= 0 else round(-math.log10(max(1 - weight, 1e-3)) / 3 * _SLIDER_STEPS)


class CurvesToolbar(QWidget):
    """Signals ``smoothing_changed`` with the weight; everything else is an action.

    Actions: ``log``, ``by_time``, ``by_images``, ``marks`` (checkable), ``fit``, and ``files`` by their ending.
    """

    smoothing_changed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.log = self._action("curve", _("Log y"), _("Logarithmic y axis for every plot but probabilities"), False)
        self.by_time = self._action("clock", _("By time"), _("Training time on the x axis instead of steps"), False)
        tip = _("Real items seen (steps × batch size) on the x axis instead of steps")
        self.by_images = self._action("image", _("By images"), tip, False)
        self.by_images.setVisible(False)
        both = QActionGroup(self, exclusionPolicy=QActionGroup.ExclusionPolicy.ExclusiveOptional)
        for action in (self.by_time, self.by_images):
            both.addAction(action)
        tip = _("Show where hyper-parameters were changed and checkpoints saved")
        self.marks = self._action("checkpoint", _("Marks"), tip, True)
        fitted = _(
            "Show the whole run and follow it, once more: every spike (double-click on a plot, or 0); Ctrl+wheel zooms"
        )
        self.fit = self._action("fit", _("Fit"), fitted)
        self.files = {
            kind: self._action("", text, tip)
            for kind, text, tip in (
                ("csv", _("Values as CSV…"), _("All measured values of this run, one row per step")),
                ("png", _("Plots as PNG…"), _("The plots as they are, as a picture at twice the resolution")),
                ("svg", _("Plots as SVG…"), _("The plots as they are, as a drawing for papers")),
            )
        }
        self.position, self._value, self._caption = QLabel(), QLabel(), QLabel(_("Smoothing"))
        self.position.setAccessibleName(_("Step at the cursor"))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _SLIDER_STEPS)
        self.slider.setValue(LIGHTLY)
        self.slider.setPageStep(10)
        self.slider.setMinimumWidth(48)
        self.slider.setMaximumWidth(120)
        self.slider.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.slider.setAccessibleName(_("Smoothing"))
        self.slider.setToolTip(
            _("Exponential smoothing, 0 to 0.999, 0.9 by default. What was measured stays faintly visible and is read.")
        )
        self.slider.valueChanged.connect(self._slid)
        self._caption.setBuddy(self.slider)
        switches = self.log, self.by_time, self.by_images, self.marks, self.fit
        csv, *drawings = self.files.values()
        files = csv, None, *drawings
        self._buttons = [self._button(action.text()) for action in switches]
        for button, action in zip(self._buttons, switches, strict=True):
            button.setDefaultAction(action)
        self._buttons.append(self._button(_("Export"), "export", _("Export values or plots"), files))
        self._more = self._button(_("More"), "more", _("Axes, marks and export"), (*switches, None, *files))
        row = self._caption, self.slider, self._value, 8, *self._buttons[:-1], None, self.position, self._buttons[-1]
        boxed(*row, self._more, across=True, margins=(8, 2, 8, 2), gap=4, into=self, stretch=self.slider)
        for widget in (self._caption, self._value, self.position, *self._buttons, self._more):
            widget.setFont(ui_font(current_theme().small, tabular=True))
        # Room for what may come: nothing moves under the mouse while steps are counted.
        for words, widest in ((self._value, "0.999"), (self.position, _("step {step} · {time}"))):
            text = widest.format(step="888,888", time="8:88:88")
            words.setMinimumWidth(words.fontMetrics().horizontalAdvance(text) + 2)
        self.position.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumWidth(160)
        self._write_value()
        self._fold()

    def _action(self, icon_name: str, text: str, tip: str, on: bool | None = None) -> QAction:
        """An action; one that can be switched has a beginning."""
        action = QAction(text, self, toolTip=tip, checkable=on is not None)
        action.setChecked(bool(on))
        if icon_name:
            action.setIcon(icon(icon_name))
        return action

    def _button(
        self, name: str, icon_name: str = "", tip: str = "", actions: Iterable[QAction | None] = ()
    ) -> QToolButton:
        """A flat button; ``actions`` make the menu that it opens, None is a line in it."""
        button = QToolButton()
        button.setAutoRaise(True)
        button.setAccessibleName(name)
        button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        button.setIconSize(QSize(16, 16))
        if actions:
            button.setText(name)
            button.setIcon(icon(icon_name))
            button.setToolTip(tip)
            menu = QMenu(self, toolTipsVisible=True)
            for action in actions:
                menu.addAction(action) if action is not None else menu.addSeparator()
            MarkKeys(menu)
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            button.setMenu(menu)
        return button

    @property
    def weight(self) -> float:
        """The smoothing weight in [0, 0.999]."""
        return slider_to_weight(self.slider.value())

    def _slid(self) -> None:
        self._write_value()
        self.smoothing_changed.emit(self.weight)

    def _write_value(self) -> None:
        weight = self.weight
        self._value.setText(_("off") if weight == 0 else f"{weight:.3f}" if weight > 0.985 else f"{weight:.2f}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Folds into one menu where there is little room."""
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        styles, layout = Qt.ToolButtonStyle, self.layout()
        ways = (700, True, True), (420, False, True), (420, False, False), (0, False, False)
        for least, wide, placed in ways:  # until it fits
            roomy = least > 0
            for button in self._buttons:
                action = button.defaultAction()
                button.setVisible(roomy and (action is None or action.isVisible()))
                button.setToolButtonStyle(styles.ToolButtonTextBesideIcon if wide else styles.ToolButtonIconOnly)
            self._more.setVisible(not roomy)
            self._caption.setVisible(roomy)
            self.position.setVisible(roomy and placed)
            if layout is None or self.width() >= max(least, layout.minimumSize().width()):
                break
