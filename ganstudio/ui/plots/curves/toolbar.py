"""The row above the curves: smoothing, axes, marks, fit, export."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QSlider, QToolButton, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.theme import Theme, ui_font

_SLIDER_STEPS = 100


def slider_to_weight(position: int) -> float:
    """Slider position 0..100 to smoothing weight 0..0.999: each third of the way averages ten times as many steps."""
    return 0.0 if position <= 0 else 1 - 10 ** (-3 * min(position, _SLIDER_STEPS) / _SLIDER_STEPS)


def weight_to_slider(weight: float) -> int:
    """The slider position nearest to a weight."""
    import math

    return 0 if weight <= 0 else round(-math.log10(max(1 - weight, 1e-3)) / 3 * _SLIDER_STEPS)


class CurvesToolbar(QWidget):
    """Signals ``smoothing_changed`` with the weight; everything else is an action.

    Actions: ``log``, ``by_time``, ``marks`` (checkable), ``fit``, ``csv``, ``png``, ``svg``.
    """

    smoothing_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.log = self._action(_("Log y"), _("Logarithmic y axis for every plot but probabilities"), checkable=True)
        self.by_time = self._action(_("By time"), _("Training time on the x axis instead of steps"), checkable=True)
        self.marks = self._action(
            _("Marks"), _("Show where hyper-parameters were changed and checkpoints saved"), checkable=True
        )
        self.marks.setChecked(True)
        self.fit = self._action(_("Fit"), _("Show the whole run and follow it (double-click on a plot, or 0)"))
        self.csv = self._action(_("Values as CSV…"), _("All measured values of this run, one row per step"))
        self.png = self._action(_("Plots as PNG…"), _("The plots as they are, as a picture at twice the resolution"))
        self.svg = self._action(_("Plots as SVG…"), _("The plots as they are, as a drawing for papers"))
        self.position = QLabel()
        self.position.setAccessibleName(_("Step at the cursor"))
        self._value = QLabel(_("off"))
        self._caption = QLabel(_("Smoothing"))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _SLIDER_STEPS)
        self.slider.setPageStep(10)
        self.slider.setMinimumWidth(48)
        self.slider.setMaximumWidth(120)
        self.slider.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.slider.setAccessibleName(_("Smoothing"))
        self.slider.setToolTip(
            _("Exponential smoothing, 0 to 0.999; off by default. The values themselves stay faintly visible.")
        )
        self.slider.valueChanged.connect(self._slid)
        self._caption.setBuddy(self.slider)
        self._buttons = [self._button(action) for action in (self.log, self.by_time, self.marks, self.fit)]
        self.export = self._button()
        self.export.setText(_("Export"))
        self.export.setAccessibleName(_("Export"))
        self.export.setToolTip(_("Export values or plots"))
        self.export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.export.setMenu(self._menu([self.csv, None, self.png, self.svg]))
        self.more = self._button()
        self.more.setAccessibleName(_("More"))
        self.more.setToolTip(_("Axes, marks and export"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        every = [self.log, self.by_time, self.marks, self.fit, None, self.csv, self.png, self.svg]
        self.more.setMenu(self._menu(every))
        self._lay_out()

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 2, 8, 2)
        layout.setSpacing(4)
        layout.addWidget(self._caption)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self._value)
        layout.addSpacing(8)
        for button in self._buttons:
            layout.addWidget(button)
        layout.addStretch(1)
        layout.addWidget(self.position)
        layout.addWidget(self.export)
        layout.addWidget(self.more)

    def _action(self, text: str, tip: str, *, checkable: bool = False) -> QAction:
        action = QAction(text, self)
        action.setToolTip(tip)
        action.setCheckable(checkable)
        return action

    def _button(self, action: QAction | None = None) -> QToolButton:
        button = QToolButton()
        button.setAutoRaise(True)
        button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        button.setIconSize(QSize(16, 16))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        if action is not None:
            button.setDefaultAction(action)
            button.setAccessibleName(action.text())
        return button

    def _menu(self, actions: list[QAction | None]) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for action in actions:
            if action is None:
                menu.addSeparator()
            else:
                menu.addAction(action)
        return menu

    @property
    def weight(self) -> float:
        """The smoothing weight in [0, 0.999]."""
        return slider_to_weight(self.slider.value())

    def _slid(self) -> None:
        weight = self.weight
        self._value.setText(_("off") if weight == 0 else f"{weight:.3f}" if weight > 0.985 else f"{weight:.2f}")
        self.smoothing_changed.emit(weight)

    def apply_theme(self, theme: Theme) -> None:
        """Takes the theme's fonts and icons."""
        font = ui_font(theme.small, tabular=True)
        for label in (self._caption, self._value, self.position):
            label.setFont(font)
        for button in (*self._buttons, self.export, self.more):
            button.setFont(font)
        self._value.setMinimumWidth(self._value.fontMetrics().horizontalAdvance("0.999") + 2)
        self.position.setMinimumWidth(0)
        self.by_time.setIcon(icon("clock"))
        self.marks.setIcon(icon("checkpoint"))
        self.fit.setIcon(icon("fit"))
        self.log.setIcon(icon("curve"))
        self.export.setIcon(icon("export"))
        self.more.setIcon(icon("more"))
        self._fold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Folds into one menu where there is little room."""
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        wide, roomy = self.width() >= 620, self.width() >= 420
        for button in (*self._buttons, self.export):
            button.setVisible(roomy)
            style = Qt.ToolButtonStyle
            button.setToolButtonStyle(style.ToolButtonTextBesideIcon if wide else style.ToolButtonIconOnly)
        self.more.setVisible(not roomy)
        self._caption.setVisible(roomy)
