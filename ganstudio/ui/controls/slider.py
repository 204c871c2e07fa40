"""One number as one row: title, track, the number itself, Reset. Painted as a whole: hundreds of rows stay light."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QToolTip, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.icons import icon_pixmap
from ganstudio.ui.kit.painted import write_line
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.kit.theme import Theme, current_theme, ui_font

ROW = 28
"""Height of a row."""
ICON, GLYPH, PIN, GAP, HANDLE = 24, 14, 20, 8, 6
STEPS, FINE, DECIMALS = 50, 10, 2
ANYTHING = (-1e4, 1e4)
ENDS: dict[int, str] = {Qt.Key.Key_Return: "taken", Qt.Key.Key_Enter: "taken", Qt.Key.Key_Escape: "left"}
STARTS = "123456789-−+.,"
"""What begins a number when it is typed on the row. A 0 resets, and the rest of 0.5 can be typed after it."""


def _pace(event: QMouseEvent | QKeyEvent | QWheelEvent) -> float:
    """How much of a step a hand makes: a tenth with Shift."""
    return 1 / FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0


def _fill(painter: QPainter, area: QRectF, colour: str, radius: float = 0.0) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(area, radius, radius)


def read_number(text: str) -> float | None:
    """A number as people type it: a comma or a true minus will do; None where it is none."""
    try:
        value = float(text.strip().replace("−", "-").replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


class NumberEntry(QLineEdit):
    """Where one line is typed. ``done`` says how it ended: ``taken`` (Enter), ``gone`` (focus), ``left`` (Escape)."""

    done = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        set_look(self, cell=True)

    def event(self, event: QEvent) -> bool:
        """Enter, Escape and a lost focus end it; Escape is no shortcut of the window's meanwhile."""
        kind, key = event.type(), event.key() if isinstance(event, QKeyEvent) else 0
        if kind == QEvent.Type.ShortcutOverride and key == Qt.Key.Key_Escape:
            event.accept()
            return True
        if kind == QEvent.Type.KeyPress and key in ENDS:
            self.done.emit(ENDS[key])
            return True
        taken = super().event(event)
        if kind == QEvent.Type.FocusOut and self.isVisible():
            self.done.emit("gone")
        return taken


class ValueSlider(QWidget):
    """A row for one number. Beyond ``low`` and ``high`` values can be typed; the track shows an arrow then.

    Args:
        name: what is moved: the title, elided where there is no room, and the accessible name.
        low: left end of the track.
        high: right end of the track.
        default: where Reset and a double click go; marked on the track.
        allowed: smallest and largest value that may be typed.
        title_width: pixels for the title; 0: three tenths of the row; negative: no title.
        help: one sentence for the tooltip.
        pinnable: a pin in front of the title.

    Signals:
        moved: a person moved it, at every mouse move and key.
        released: the hand has left it: after a drag, a key, a typed number, a reset.
        pinned_changed: a person pinned or unpinned it.

    Attributes:
        value: where it stands.
        entry: where a number is being typed; None while none is.
    """

    moved = Signal(float)
    released = Signal()
    pinned_changed = Signal(bool)
    digits = True  # they and signs are its own while it has the keyboard; else whoever is around has them

    def __init__(
        self,
        name: str,
        low: float,
        high: float,
        default: float,
        *,
        allowed: tuple[float, float] = ANYTHING,
        title_width: int = 0,
        help: str = "",
        pinnable: bool = False,
    ) -> None:
        super().__init__()
        self.name, self.low, self.high, self.default = name, low, high, default
        self.allowed, self.help = allowed, help
        self.pinnable, self.pinned = pinnable, False
        self.share, self.most = math.nan, 1.0
        self.hovered = ""
        self._title_width, self._hint = title_width, 240
        self.value = default
        self._grip: tuple[float, float] | None = None
        self.entry: NumberEntry | None = None
        self.setAccessibleName(name)
        self.setAccessibleDescription(self.text())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(ROW)
        self.setMinimumWidth(140)  # room for the number, Reset and a short track

    # -- what it shows ----------------------------------------------------------------------------------------------

    def set_value(self, value: float) -> None:
        """Shows a value without telling anybody."""
        if value != self.value:
            self.value = value
            self.setAccessibleDescription(self.text())
            self.update()

    def set_default(self, default: float) -> None:
        """Another place for Reset to go."""
        if default != self.default:
            self.default = default
            self.update()

    def set_range(self, low: float, high: float) -> None:
        """Another track; the value stays."""
        if (low, high) != (self.low, self.high):
            self.low, self.high = low, high
            self.update()

    def set_pinned(self, pinned: bool) -> None:
        """Shows the pin without telling anybody."""
        self.pinned = pinned
        self.update()

    def set_share(self, share: float, most: float = 1.0) -> None:
        """How much it changes the picture, 0 to 1, as a bar beneath the title, full at ``most``; NaN shows none."""
        if (share, most) != (self.share, self.most):
            self.share, self.most = share, most
            self.update()

    @property
    def at_default(self) -> bool:
        """There is nothing to reset."""
        return abs(self.value - self.default) <= 1e-6 * max(1.0, abs(self.default))

    @property
    def held(self) -> bool:
        """It is being dragged."""
        return self._grip is not None

    def text(self) -> str:
        """The value as it is shown."""
        shown = f"{self.value:.{DECIMALS}f}"
        return f"{0:.{DECIMALS}f}" if float(shown) == 0 else shown.replace("-", "−")

    # -- where ------------------------------------------------------------------------------------------------------

    def areas(self) -> dict[str, QRectF]:
        """Where the parts are: ``pin``, ``title``, ``track``, ``value``, ``reset``, in logical pixels."""
        height, right = float(self.height()), float(self.width())
        reset = QRectF(right - ICON, (height - ICON) / 2, ICON, ICON)
        digits = self.fontMetrics().horizontalAdvance("−0." + "0" * DECIMALS) + 8
        value = QRectF(reset.left() - 4 - digits, 2, digits, height - 4)
        left = float(PIN) if self.pinnable else 0.0
        pin = QRectF(0, (height - PIN) / 2, left, PIN)
        title_width = self._title_width or round(right * 0.3)
        title = QRectF(left + 2, 0, max(0, title_width), height)
        start = title.right() + GAP if title_width > 0 else left
        track = QRectF(start + HANDLE, 0, max(16.0, value.left() - GAP - start - 2 * HANDLE), height)
        return {"pin": pin, "title": title, "track": track, "value": value, "reset": reset}

    def place(self, value: float) -> float:
        """Where a value is on the track, in logical pixels; values beyond it at its ends."""
        track = self.areas()["track"]
        share = (value - self.low) / (self.high - self.low)
        return track.left() + min(1.0, max(0.0, share)) * track.width()

    def _area_at(self, point: QPointF) -> str:
        areas = self.areas()
        areas["track"].adjust(-HANDLE - 2, 0, HANDLE + 2, 0)
        return next((name for name in ("reset", "value", "pin", "track") if areas[name].contains(point)), "")

    def set_hint(self, width: int) -> None:
        """How wide it would like to be where rows flow."""
        if width != self._hint:
            self._hint = width
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(self._hint, ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the row."""
        theme, areas = current_theme(), self.areas()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.4)
        self._paint_title(painter, theme, areas["title"])
        self._paint_track(painter, theme, areas["track"])
        if self.entry is None:
            if self.hovered == "value" and self.isEnabled():
                _fill(painter, areas["value"], theme.hover, 4)
            room, right = areas["value"].adjusted(-40, 0, -4, 0), Qt.AlignmentFlag.AlignRight
            write_line(painter, room, self.text(), ui_font(theme.normal, tabular=True), theme.text, right)
        self._paint_icon(painter, "reset", areas["reset"], not self.at_default)
        if self.pinnable and (self.pinned or self.underMouse() or self.hasFocus()):
            self._paint_icon(painter, "pin", areas["pin"], True)
        painter.end()

    def _paint_title(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        if area.width() <= 0:
            return
        write_line(painter, area, self.name, ui_font(theme.normal, tabular=True), theme.text)
        if not math.isnan(self.share):
            bar = QRectF(area.left(), self.height() - 4, min(area.width(), 48.0), 2)
            full = min(1.0, max(0.0, self.share / self.most)) if self.most > 0 else 0.0
            _fill(painter, bar, theme.mix("text", "window", 0.10))
            _fill(painter, QRectF(bar.left(), bar.top(), bar.width() * full, 2), theme.mix("text", "window", 0.55))

    def _paint_track(self, painter: QPainter, theme: Theme, track: QRectF) -> None:
        middle, here, origin = track.center().y(), self.place(self.value), self.place(self.default)
        _fill(painter, QRectF(track.left(), middle - 2, track.width(), 4), theme.mix("text", "window", 0.18), 2)
        _fill(painter, QRectF(min(here, origin), middle - 2, abs(here - origin), 4), theme.accent, 2)
        if self.low <= self.default <= self.high:
            _fill(painter, QRectF(round(origin) - 1, middle - 6, 2, 12), theme.mix("text", "window", 0.55))
        at = QPointF(here, middle)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, 9, 9)
        strong = self.held or self.hovered == "track"
        painter.setPen(QPen(QColor(theme.accent), 2))
        painter.setBrush(QColor(theme.accent if self.held else theme.selected if strong else theme.raised))
        if self.low <= self.value <= self.high:
            painter.drawEllipse(at, 5, 5)
            return
        way = 1 if self.value > self.high else -1
        painter.setBrush(QColor(theme.accent))
        arrow = ((-4, -5), (5, 0), (-4, 5))
        painter.drawPolygon(QPolygonF([at + QPointF(across * way, down) for across, down in arrow]))

    def _paint_icon(self, painter: QPainter, name: str, area: QRectF, there: bool) -> None:
        theme = current_theme()
        tint = theme.text_muted if there else theme.mix("text", "window", 0.24)
        if self.hovered == name and there and self.isEnabled():
            _fill(painter, area, theme.hover, 4)
            tint = theme.text
        if name == "pin" and self.pinned:
            tint = theme.accent
        pixmap = icon_pixmap(name, GLYPH, tint, self.devicePixelRatioF())
        corner = area.center() - QPointF(GLYPH / 2, GLYPH / 2)
        painter.drawPixmap(QPointF(round(corner.x()), round(corner.y())), pixmap)

    def _tip(self, area: str) -> str:
        """The words of the tooltip over a part."""
        number = f"{self.default:.{DECIMALS}f}".replace("-", "−")
        if area == "reset":
            words = _("This is the default: {value}") if self.at_default else _("Reset to {value} (Backspace)")
            return words.format(value=number)
        if area == "pin":
            return _("Let go of the first places (P)") if self.pinned else _("Pin to the first places (P)")
        if area == "value":
            return _("{value} · click to type or paste a number").format(value=f"{self.value:.6g}")
        beyond = self.allowed[0] < self.low or self.allowed[1] > self.high
        span = _("{low:g} to {high:g}, default {value}; more can be typed") if beyond else _(
            "{low:g} to {high:g}, default {value}")  # fmt: skip
        lines = [self.name, self.help, span.format(low=self.low, high=self.high, value=number)]
        if not math.isnan(self.share):
            lines.append(_("{share} of what varies in the pictures").format(share=f"{self.share:.0%}"))
        lines.append(_("Drag (Shift: fine) · ← → · Enter to type · double click resets"))
        return "\n".join(line for line in lines if line)

    # -- moving -----------------------------------------------------------------------------------------------------

    def move_to(self, value: float) -> None:
        """Moves as a person does: tells everybody."""
        value = min(max(value, self.allowed[0]), self.allowed[1])
        if value != self.value:
            self.set_value(value)
            self.moved.emit(value)

    def _put(self, value: float) -> bool:
        self.move_to(value)
        self.released.emit()
        return True

    def reset(self) -> None:
        """Back to the default, as a person's edit."""
        self._put(self.default)

    def step_by(self, steps: float) -> None:
        """So many fiftieths of the track; never off its end, but from beyond it back."""
        low, high = min(self.low, self.value), max(self.high, self.value)
        size = (self.high - self.low) / STEPS
        self._put(min(max(float(f"{self.value + steps * size:.9g}"), low), high))

    def _toggle_pin(self) -> None:
        self.set_pinned(not self.pinned)
        self.pinned_changed.emit(self.pinned)

    # -- mouse ------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grips the track; a press beside the handle takes it there first, unless Shift asks for fine steps."""
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        area, x = self._area_at(event.position()), event.position().x()
        if area == "track":
            if _pace(event) == 1 and abs(x - self.place(self.value)) > HANDLE + 2:
                track = self.areas()["track"]
                share = min(1.0, max(0.0, (x - track.left()) / track.width()))
                self.move_to(self.low + share * (self.high - self.low))
            self._grip = (x, min(max(self.value, self.low), self.high))
            self.update()
        elif area == "value":
            self.edit_text()
        elif area == "reset" and not self.at_default:
            self.reset()
        elif area == "pin":
            self._toggle_pin()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags by as much as the mouse moves; a tenth of it with Shift."""
        x = event.position().x()
        if self._grip is None:
            self._hover(self._area_at(event.position()))
            return
        last, value = self._grip
        value += (x - last) / self.areas()["track"].width() * (self.high - self.low) * _pace(event)
        # Beyond the end the grip goes on, so that the way back is as long as the way there.
        self._grip = (x, value)
        self.move_to(min(max(value, self.low), self.high))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._let_go()

    def _let_go(self) -> None:
        if self._grip is not None:
            self._grip = None
            self.update()
            self.released.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Resets; on the number, Reset and pin it is two clicks."""
        if event.button() == Qt.MouseButton.LeftButton and self._area_at(event.position()) in ("track", ""):
            self._grip = None
            self.reset()
        else:
            self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """One step, but only with the keyboard's focus: else the panel around it scrolls."""
        delta = event.angleDelta().y() or event.angleDelta().x()
        event.setAccepted(self.hasFocus() and delta != 0)
        if event.isAccepted():
            self.step_by(delta / 120 * _pace(event))

    def _hover(self, area: str) -> None:
        if area != self.hovered:
            self.hovered = area
            shapes = {"value": Qt.CursorShape.IBeamCursor, "track": Qt.CursorShape.SizeHorCursor}
            self.setCursor(shapes.get(area, Qt.CursorShape.ArrowCursor))
            self.update()

    # -- keyboard ---------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Tells what is under the mouse, and keeps its own keys from being taken for the window's shortcuts."""
        kind = event.type()
        if kind == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip(self._area_at(QPointF(event.pos()))), self)
            return True
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._deed(event) is not None:
            event.accept()
            return True
        if kind == QEvent.Type.Leave:
            self._hover("")
        elif kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut, QEvent.Type.EnabledChange):
            self.update()
        elif kind in (QEvent.Type.Hide, QEvent.Type.WindowDeactivate):
            self._let_go()  # no release of the button will come
        return super().event(event)

    def _deed(self, event: QKeyEvent) -> Callable[[], object] | None:
        """What a key does; None where it is left to whoever is around, as Up and Down are."""
        if event.matches(QKeySequence.StandardKey.Copy):
            return lambda: QGuiApplication.clipboard().setText(f"{self.value:.9g}")
        if event.matches(QKeySequence.StandardKey.Paste):
            return self._paste
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            return None
        key, pace = Qt.Key, _pace(event)
        deeds: dict[int, Callable[[], object]] = {
            key.Key_Left: partial(self.step_by, -pace), key.Key_Right: partial(self.step_by, pace),
            key.Key_Home: partial(self._put, self.low), key.Key_End: partial(self._put, self.high),
            **dict.fromkeys((key.Key_Backspace, key.Key_Delete, key.Key_0), self.reset),
            **dict.fromkeys((key.Key_Return, key.Key_Enter, key.Key_F2), self.edit_text),
            **({key.Key_P: self._toggle_pin} if self.pinnable else {}),
        }  # fmt: skip
        if not self.digits:
            deeds.pop(key.Key_0)
        elif event.text() and event.text() in STARTS:
            deeds.setdefault(event.key(), partial(self.edit_text, event.text()))
        return deeds.get(event.key())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys, Home, End, Reset, and numbers that are typed."""
        deed = self._deed(event)
        if deed is None or deed() is False:
            event.ignore()

    def _paste(self) -> bool:
        """Takes one number from the clipboard; anything else is left to whoever is around."""
        value = self._allowed(QGuiApplication.clipboard().text())
        return value is not None and self._put(value)

    # -- typing -----------------------------------------------------------------------------------------------------

    def edit_text(self, start: str = "") -> None:
        """Lets a number be typed; Enter takes it, Escape leaves everything as it was."""
        if self.entry is not None:
            return
        entry = self.entry = NumberEntry(self)
        entry.setAccessibleName(_("{name}: number").format(name=self.name))
        entry.setToolTip(_("Enter takes it, Escape leaves it as it was"))
        area = self.areas()["value"]
        width = max(int(area.width()) + 20, 64)
        entry.setGeometry(int(area.right()) - width, 0, width, self.height())
        entry.done.connect(self._typed)
        entry.show()
        entry.setFocus(Qt.FocusReason.OtherFocusReason)
        entry.setText(start or f"{self.value:.6g}")
        if not start:
            entry.selectAll()
        self.update()

    def _typed(self, how: str) -> None:
        entry = self.entry
        if entry is None:
            return
        value = self._allowed(entry.text()) if how != "left" else None
        if how == "taken" and value is None:
            low, high = self.allowed
            words = _("This must be a number from {low:g} to {high:g}.").format(low=low, high=high)
            set_look(entry, wrong=True)
            entry.setToolTip(words)
            QToolTip.showText(entry.mapToGlobal(entry.rect().bottomLeft()), words, entry)
            return
        self.entry = None
        had = entry.hasFocus()
        entry.hide()
        entry.deleteLater()
        if had:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.update()
        if value is not None and f"{value:.6g}" != f"{self.value:.6g}":
            self._put(value)

    def _allowed(self, text: str) -> float | None:
        value = read_number(text)
        return value if value is not None and self.allowed[0] <= value <= self.allowed[1] else None
