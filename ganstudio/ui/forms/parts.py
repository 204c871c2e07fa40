"""Small quiet parts that forms, the experiment panel and the gallery are put together from."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolButton, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.icons import icon
from ganstudio.ui.theme import current_theme, theme_hub, ui_font


class Hairline(QWidget):
    """The line between two parts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)
        theme_hub.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """One line in the theme's hairline colour."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(current_theme().hairline))
        painter.end()


class Words(QLabel):
    """Text in one of the theme's colours and sizes.

    Args:
        text: what it says.
        colour: token of the theme.
        size: ``"small"``, ``"normal"`` or ``"large"``.
        strong: demi-bold.
        wrap: breaks lines.
    """

    def __init__(
        self, text: str = "", colour: str = "text", size: str = "normal", strong: bool = False, wrap: bool = False
    ) -> None:
        super().__init__(text)
        self._colour, self._size, self._strong = colour, size, strong
        self.setWordWrap(wrap)
        theme_hub.changed.connect(self._restyle)
        self._restyle()

    def set_colour(self, colour: str) -> None:
        """Another token of the theme."""
        if colour != self._colour:
            self._colour = colour
            self._restyle()

    def _restyle(self) -> None:
        theme = current_theme()
        weight = QFont.Weight.DemiBold if self._strong else QFont.Weight.Normal
        self.setFont(ui_font(getattr(theme, self._size), weight=weight))
        style = f"color: {getattr(theme, self._colour)}; font-size: {getattr(theme, self._size)}px;"
        self.setStyleSheet(style + (" font-weight: 600;" if self._strong else "") + " background: transparent;")


class FoldButton(QToolButton):
    """A heading one can fold: an arrow and words; checked means open."""

    def __init__(self, text: str, *, opened: bool = True, quiet: bool = False) -> None:
        super().__init__()
        self._quiet = quiet
        self.setText(text)
        self.setCheckable(True)
        self.setChecked(opened)
        self.setAutoRaise(True)
        self.setIconSize(QSize(14, 14))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.toggled.connect(self._turn)
        theme_hub.changed.connect(self._restyle)
        self._turn(opened)
        self._restyle()

    def _turn(self, opened: bool) -> None:
        self.setIcon(icon("chevron-down" if opened else "chevron-right", "text_muted"))
        self.setToolTip(_("Fold away") if opened else _("Unfold"))

    def _restyle(self) -> None:
        theme = current_theme()
        colour = theme.text_muted if self._quiet else theme.text
        weight, size = ("400", theme.small) if self._quiet else ("600", theme.normal)
        self.setStyleSheet(
            f"QToolButton {{ color: {colour}; font-weight: {weight}; font-size: {size}px; border: 1px solid transparent;"
            f" background: transparent; text-align: left; padding: 3px 0px; }}"
            f"QToolButton:hover {{ color: {theme.accent}; }}"
            f"QToolButton:focus {{ border: 1px solid {theme.focus}; border-radius: 4px; }}"
        )


class LinkButton(QToolButton):
    """A secondary action that looks like a link and behaves like a button."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setText(text)
        self.setAutoRaise(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme_hub.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        theme = current_theme()
        self.setStyleSheet(
            f"QToolButton {{ color: {theme.accent}; background: transparent; border: 1px solid transparent;"
            f" padding: 2px 4px; border-radius: 4px; font-size: {theme.normal}px; }}"
            f"QToolButton:hover {{ text-decoration: underline; background: {theme.hover}; }}"
            f"QToolButton:focus {{ border: 1px solid {theme.focus}; }}"
            f"QToolButton:disabled {{ color: {theme.mix('text', 'window', 0.4)}; }}"
        )
