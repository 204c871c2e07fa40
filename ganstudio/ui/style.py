"""The look: Fusion, a palette and one style sheet, all made from a theme's tokens."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from ganstudio.ui.theme import Theme, ui_font


def palette_of(theme: Theme) -> QPalette:
    """The palette for what the style sheet does not reach (item views, native dialogs, own painting)."""
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, theme.window),
        (roles.WindowText, theme.text),
        (roles.Base, theme.surface),
        (roles.AlternateBase, theme.window),
        (roles.Text, theme.text),
        (roles.PlaceholderText, theme.text_muted),
        (roles.Button, theme.surface),
        (roles.ButtonText, theme.text),
        (roles.BrightText, theme.error),
        (roles.ToolTipBase, theme.raised),
        (roles.ToolTipText, theme.text),
        (roles.Highlight, theme.accent),
        (roles.HighlightedText, theme.accent_text),
        (roles.Link, theme.accent),
        (roles.LinkVisited, theme.accent),
        (roles.Light, theme.raised),
        (roles.Midlight, theme.hover),
        (roles.Mid, theme.hairline),
        (roles.Dark, theme.hairline),
        (roles.Shadow, theme.hairline),
        (roles.Accent, theme.accent),
    ):
        palette.setColor(role, QColor(colour))
    faint = QColor(theme.mix("text", "window", 0.4))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, faint)
    palette.setColor(QPalette.ColorGroup.Disabled, roles.Highlight, QColor(theme.hover))
    return palette


def apply_style(app: QApplication, theme: Theme) -> None:
    """Gives the application the theme: style, font, palette."""
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setFont(ui_font(theme.normal))
    app.setPalette(palette_of(theme))
