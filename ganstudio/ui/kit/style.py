"""The look: Fusion, a palette and one style sheet, all made from a theme's tokens."""

from __future__ import annotations

from string import Template

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from ganstudio.core.resources import resource_path
from ganstudio.ui.kit.theme import Theme, ThemeChoice, theme_hub, ui_font


def palette_of(theme: Theme) -> QPalette:
    """The palette for what the style sheet does not reach (item views, native dialogs, own painting)."""
    palette = QPalette()
    roles = QPalette.ColorRole
    tokens = {
        "window": (roles.Window, roles.AlternateBase),
        "surface": (roles.Base, roles.Button),
        "raised": (roles.ToolTipBase, roles.Light),
        "hover": (roles.Midlight,),
        "hairline": (roles.Mid, roles.Dark, roles.Shadow),
        "text": (roles.WindowText, roles.Text, roles.ButtonText, roles.ToolTipText),
        "text_muted": (roles.PlaceholderText,),
        "error": (roles.BrightText,),
        "accent": (roles.Highlight, roles.Link, roles.LinkVisited, roles.Accent),
        "accent_text": (roles.HighlightedText,),
    }
    for token, painted in tokens.items():
        for role in painted:
            palette.setColor(role, QColor(getattr(theme, token)))
    faint = QColor(theme.mix("text", "window", 0.4))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, faint)
    palette.setColor(QPalette.ColorGroup.Disabled, roles.Highlight, QColor(theme.hover))
    return palette


def style_sheet(theme: Theme) -> str:
    """The application's style sheet.

    Properties that widgets set to be drawn differently: ``primary`` (the one main action), ``quiet`` (a button
    without a frame), ``danger``, ``chip``, ``segment`` on buttons; ``role`` (``title``, ``strong``, ``muted``,
    ``small``, ``error``, ``warning``) on labels; ``panel`` (``surface`` or ``raised``) and ``line`` on frames.
    """
    values = {name: getattr(theme, name) for name in theme.__dataclass_fields__}
    values |= {
        "edge": theme.mix("text", "surface", 0.24),
        "edge_hover": theme.mix("text", "surface", 0.42),
        "faint": theme.mix("text", "window", 0.40),
        "field": theme.raised if theme.name == "light" else theme.mix("raised", "surface", 0.35),
        "button": theme.raised,
        "knob": theme.mix("text", "window", 0.86) if theme.dark else theme.raised,
        "pressed": theme.mix("text", "surface", 0.14),
        "groove": theme.mix("text", "surface", 0.18),
        "thumb": theme.mix("text", "window", 0.24),
        "thumb_hover": theme.mix("text", "window", 0.42),
        "accent_hover": theme.mix("accent", "text" if theme.dark else "raised", 0.86),
        "accent_down": theme.mix("accent", "window" if theme.dark else "text", 0.84),
        "accent_off": theme.mix("accent", "window", 0.35),
        "art": resource_path("style").as_posix(),
    }
    return Template(resource_path("style", "studio.qss").read_text(encoding="utf-8")).substitute(values)


def set_look(widget: QWidget, **properties: object) -> None:
    """Sets style properties, e.g. ``set_look(button, primary=True)``, and draws the widget anew."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def _dress(theme: Theme) -> None:
    """Gives the application the theme: style, font, palette, style sheet.

    The old sheet is taken off first. Where one replaces another Qt 6 polishes each widget anew once for every widget that
    it is in (14 times on average, 0.7 s for 1,300 of them, and the more beside a run, since each of these events asks for
    the interpreter); where there was none, once.
    """
    app = QApplication.instance()
    if isinstance(app, QApplication):
        app.setStyleSheet("")
        if app.style().objectName() != "fusion":
            app.setStyle("Fusion")
        app.setFont(ui_font(theme.normal))
        app.setPalette(palette_of(theme))
        app.setStyleSheet(style_sheet(theme))


theme_hub.changed.connect(_dress)  # before any widget listens: those find the new palette


def set_theme(choice: ThemeChoice) -> None:
    """Uses the light or the dark theme, or follows the system's choice live."""
    theme_hub.choose(choice)
