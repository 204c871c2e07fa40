"""The colours and sizes of the studio: two themes of equal care, one hub that says when they change.

Widgets that paint themselves take colours from :func:`current_theme` and repaint on ``theme_hub.changed``; everything
else is coloured by the style sheet and the palette of :mod:`ganstudio.ui.kit.style`, which are made from the same tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication

ThemeName = Literal["light", "dark"]
ThemeChoice = Literal["system", "light", "dark"]


@dataclass(frozen=True, slots=True)
class Theme:
    """The tokens everything is drawn from. Colours are ``#rrggbb``; sizes are device-independent pixels."""

    name: ThemeName
    window: str  # behind everything
    surface: str  # panels, inputs, lists
    raised: str  # what floats: menus, tooltips, dialogs, toasts
    text: str  # what is read; at least 7:1 on every background above
    text_muted: str  # captions and units; at least 4.5:1
    hairline: str  # the line between panels
    accent: str  # the one accent: primary action, checked state, slider
    accent_text: str  # text on the accent
    hover: str  # background under the mouse
    selected: str  # background of what is chosen
    focus: str  # the ring around what has the keyboard
    picture_grey: str  # neutral ground under pictures
    generator: str  # generator and fakes (Okabe–Ito orange)
    discriminator: str  # discriminator (blue)
    real: str  # real data (bluish green)
    warning: str  # warnings (vermillion)
    error: str  # failures; readable as text
    sky: str  # a further series
    purple: str  # a further series
    joint: str  # networks that are updated together
    second_discriminator: str  # of two
    second_generator: str  # of two
    small: ClassVar[int] = 11  # captions, units, rail labels
    normal: ClassVar[int] = 13  # everything else
    large: ClassVar[int] = 17  # titles

    @property
    def dark(self) -> bool:
        """Whether this is the dark theme."""
        return self.name == "dark"

    @property
    def groups(self) -> tuple[str, ...]:
        """Colours of several generators, from the first on; where there are more, they come round again."""
        return (
            self.generator, self.second_discriminator, self.sky, self.second_generator, self.purple, self.joint,
            self.discriminator, self.warning,
        )  # fmt: skip

    @property
    def runs(self) -> tuple[str, ...]:
        """Colours of runs that are compared: none that stands for real data, a generator or a discriminator."""
        return self.joint, self.purple, self.sky, self.second_generator, self.second_discriminator, self.text_muted

    def mix(self, over: str, under: str, amount: float) -> str:
        """``amount`` (0 to 1) of the colour ``over`` upon ``under``; both are token names or ``#rrggbb``."""
        top, ground = (QColor(getattr(self, name, name)) for name in (over, under))
        pairs = ((top.red(), ground.red()), (top.green(), ground.green()), (top.blue(), ground.blue()))
        return "#{:02x}{:02x}{:02x}".format(*(round(a * amount + b * (1 - amount)) for a, b in pairs))


_COLOURS = (
    # token, light, dark
    ("window", "#f3f4f6", "#16171a"),
    ("surface", "#fcfcfd", "#1d1f22"),
    ("raised", "#ffffff", "#26282c"),
    ("text", "#1b1d21", "#e7e8ea"),
    ("text_muted", "#5b616b", "#a1a6af"),
    ("hairline", "#dcdfe3", "#303338"),
    ("accent", "#4b50c2", "#979cf5"),
    ("accent_text", "#ffffff", "#14151f"),
    ("hover", "#e8eaed", "#2a2d31"),
    ("selected", "#e2e3f5", "#33355a"),
    ("focus", "#6a6fdc", "#8489ee"),
    ("picture_grey", "#9a9a9a", "#515151"),
    ("generator", "#e69f00", "#f5b53d"),
    ("discriminator", "#0072b2", "#4a9fdc"),
    ("real", "#009e73", "#2fc196"),
    ("warning", "#d55e00", "#f58549"),
    ("error", "#b3261e", "#ff8078"),
    ("sky", "#56b4e9", "#92d4f7"),
    ("purple", "#cc79a7", "#e39cc5"),
    ("joint", "#3a3f47", "#e4e6ea"),
    ("second_discriminator", "#3b2fb0", "#8d6bf0"),
    ("second_generator", "#7a3f10", "#a86a3c"),
)
LIGHT = Theme("light", **{token: light for token, light, _dark in _COLOURS})
DARK = Theme("dark", **{token: dark for token, _light, dark in _COLOURS})


class ThemeHub(QObject):
    """Holds the theme in force, follows the system where asked to, and says when it changes.

    ``changed`` carries the new :class:`Theme`. The application is dressed in it first: its style listens before others.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.choice: ThemeChoice = "system"
        self._app: QApplication | None = None

    def choose(self, choice: ThemeChoice) -> None:
        """Takes a theme by name, or the system's from now on. :func:`ganstudio.ui.kit.style.set_theme` does it.

        Raises:
            RuntimeError: there is no application yet.
        """
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise RuntimeError("a theme needs a QApplication")
        if app is not self._app:
            self._app = app
            app.styleHints().colorSchemeChanged.connect(self._follow)
        self.choice = choice
        # Telling Qt colours the title bar of the platform too; unsetting hands it back to the system.
        schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark, "system": Qt.ColorScheme.Unknown}
        app.styleHints().setColorScheme(schemes[choice])
        self._apply(app)

    @Slot()
    def _follow(self) -> None:
        if self.choice == "system" and self._app is not None:
            self._apply(self._app)

    def _apply(self, app: QApplication) -> None:
        dark = system_is_dark() if self.choice == "system" else self.choice == "dark"
        theme = DARK if dark else LIGHT
        if theme is self.theme and app.property("ganstudio_theme") == theme.name:
            return
        self.theme = theme
        app.setProperty("ganstudio_theme", theme.name)
        self.changed.emit(theme)


theme_hub = ThemeHub()
"""The one hub: ``theme_hub.changed.connect(self.update)``."""


def current_theme() -> Theme:
    """The theme in force."""
    return theme_hub.theme


def system_is_dark() -> bool:
    """Whether the system asks for dark colours; False where it says nothing."""
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def ui_font(size: int | None = None, *, weight: QFont.Weight = QFont.Weight.Normal, tabular: bool = False) -> QFont:
    """The interface's font at a size in pixels (default: the normal text size).

    Args:
        size: one of the theme's three sizes.
        weight: e.g. ``QFont.Weight.DemiBold``.
        tabular: all digits equally wide, so that running numbers do not jitter.
    """
    font = QFont(_family())
    font.setPixelSize(size or current_theme().normal)
    font.setWeight(weight)
    if tabular and hasattr(QFont, "Tag"):
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def mono_font(size: int | None = None) -> QFont:
    """The system's fixed-pitch font, for paths and details."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(size or current_theme().small)
    return font


@cache
def _family() -> str:
    """The system's interface font; Inter where the system names only a stand-in (bare X11, offscreen)."""
    family = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    if QGuiApplication.platformName() in ("windows", "cocoa"):
        return family
    stand_in = family in ("", "Sans", "Sans Serif", "DejaVu Sans", "Bitstream Vera Sans", "Helvetica")
    return "Inter" if stand_in and QFontDatabase.hasFamily("Inter") else family or "DejaVu Sans"


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours, 1 to 21."""

    def luminance(colour: str) -> float:
        rgb = QColor(colour)
        parts = (rgb.redF(), rgb.greenF(), rgb.blueF())
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)
