"""Icons by name, drawn from ``resources/icons`` in the colours of the theme, sharp at every scale."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.resources import resource_path
from ganstudio.ui.kit.theme import current_theme, ui_font

SIZE = 20
"""The usual size of an icon in a button, in device-independent pixels."""


_LETTERS = """<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" fill="currentColor">
<text x="8" y="{y}" text-anchor="middle" font-family="{family}" font-size="{size}" font-weight="500">{letters}</text>
<path d="M17.5 8.2v7.6l4.5-3.8z" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/></svg>"""


@lru_cache(maxsize=256)
def _source(name: str) -> str:
    kind, _colon, letters = name.partition(":")
    if kind == "step" and letters:
        size = {1: 20, 2: 13}.get(len(letters), 9)
        return _LETTERS.format(letters=escape(letters), size=size, y=12 + 0.36 * size, family=ui_font().family())
    path = resource_path("icons", f"{name}.svg")
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        raise UsageError(_("There is no icon called “{name}”.").format(name=name)) from None


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))


def _pixmap(name: str, colour: str, size: QSize, ratio: float = 1.0) -> QPixmap:
    """The drawing in the middle of a size in device pixels, marked with their ratio."""
    pixmap = QPixmap(_drawn(name, colour, size.width(), size.height()))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


@lru_cache(maxsize=1024)
def _drawn(name: str, colour: str, width: int, height: int) -> QPixmap:
    pixmap = QPixmap(width, height)
    if pixmap.isNull():  # a button may be squeezed to nothing
        return pixmap
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    side = min(width, height)
    _renderer(name, colour).render(painter, QRectF((width - side) / 2, (height - side) / 2, side, side))
    painter.end()
    return pixmap


class _ProbeEngine(QIconEngine):
    """Notes which size Qt asks for."""

    def __init__(self, asked: list[int]) -> None:
        super().__init__()
        self._asked = asked

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        pass

    def clone(self) -> QIconEngine:
        return _ProbeEngine(self._asked)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        self._asked.append(size.width())
        return QPixmap(1, 1)


@lru_cache(maxsize=1)
def _asks_in_device_pixels() -> bool:
    """What the size given to ``QIconEngine.scaledPixmap`` means; it differs between the Qt releases we allow."""
    asked: list[int] = []
    QIcon(_ProbeEngine(asked)).pixmap(QSize(10, 10), 2.0)
    return asked[:1] == [20]


class _ThemedEngine(QIconEngine):
    """Draws one icon in the colours of whatever theme is in force when it is painted: no icon needs renewing.

    Args:
        name: the file's stem.
        colour: a theme's token or ``#rrggbb`` for the normal state; empty for the text's colour.
        on: the same for the checked state; empty for the accent.
    """

    def __init__(self, name: str, colour: str, on: str) -> None:
        super().__init__()
        self._name, self._colour, self._on = name, colour, on

    def _tint(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        if mode == QIcon.Mode.Disabled:
            return current_theme().mix("text", "window", 0.32)
        colour = self._on if state == QIcon.State.On and self._on else self._colour
        return str(getattr(current_theme(), colour, colour))

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        device = painter.device()
        ratio = device.devicePixelRatio() if device is not None else 1.0
        painter.drawPixmap(rect, _pixmap(self._name, self._tint(mode, state), rect.size() * ratio, ratio))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return _pixmap(self._name, self._tint(mode, state), size)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        size = size if _asks_in_device_pixels() else size * scale
        return _pixmap(self._name, self._tint(mode, state), size, scale)

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        return size

    def clone(self) -> QIconEngine:
        return _ThemedEngine(self._name, self._colour, self._on)

    def isNull(self) -> bool:
        return False  # the file was read when the icon was made


def icon(name: str, colour: str = "text", on: str = "") -> QIcon:
    """An icon that follows the theme by itself, also in its disabled and checked states.

    Args:
        name: the stem of a file of ``resources/icons``, or ``"step:"`` and letters: one step of what they stand for.
        colour: token of the theme (``"text_muted"``, ``"generator"`` …) or ``#rrggbb``.
        on: the same for the checked state; empty: as unchecked.

    Raises:
        UsageError: there is no such icon.
    """
    _source(name)
    return QIcon(_ThemedEngine(name, colour, on))


def icon_pixmap(name: str, size: int = SIZE, colour: str = "text", ratio: float = 1.0) -> QPixmap:
    """An icon as a pixmap in the present theme's colours, for labels and own painting.

    Args:
        name: see :func:`icon`.
        size: side in device-independent pixels.
        colour: token of the theme or ``#rrggbb``.
        ratio: the device's pixel ratio.
    """
    tint = str(getattr(current_theme(), colour, colour))
    return _pixmap(name, tint, QSize(round(size * ratio), round(size * ratio)), ratio)


def app_icon() -> QIcon:
    """The program's own icon, which keeps its colours."""
    return QIcon(str(resource_path("icons", "app.svg")))
