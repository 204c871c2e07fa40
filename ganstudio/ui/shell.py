"""The one window: rail, workspaces, status bar, messages, and what belongs to the program as a whole."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QMargins, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QMainWindow, QMessageBox, QStackedWidget, QWidget

from ganstudio.app.actions import Action, ActionTable
from ganstudio.app.notifications import Notifications, notifications
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _, plural
from ganstudio.ui.kit.errors import ErrorBanner
from ganstudio.ui.kit.icons import app_icon
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.motion import set_reduced_motion
from ganstudio.ui.kit.page import Page
from ganstudio.ui.kit.parts import boxed
from ganstudio.ui.kit.reading import ReadInOrder
from ganstudio.ui.kit.style import set_theme
from ganstudio.ui.kit.theme import current_theme
from ganstudio.ui.kit.words import tooltip_of
from ganstudio.ui.palette import Palette
from ganstudio.ui.rail import Rail
from ganstudio.ui.statusbar import StatusBar
from ganstudio.ui.toasts import Messages, Toasts

LEAST, USUAL = QSize(1024, 700), QSize(1366, 768)
TRY_MS, MOST_TRIES = 100, 100  # how often an action is tried that waits for its workspace
FRAME = QMargins(0, 38, 0, 0)
"""What a frame may take, until it can be asked."""

if TYPE_CHECKING:
    from ganstudio.app.settings import SettingsStore

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Workspace:
    title: str
    factory: Callable[[], QWidget]
    actions: Callable[[], Iterable[Action]]
    page: QWidget
    built: QWidget | None = None


class Shell(ReadInOrder, QMainWindow):
    """The window.

    Args:
        store: settings and what the window remembers.
        table: the actions; the shell adds its own. Others may be added before or after.
        hub: messages; shown as toasts.

    Attributes:
        statusbar: the strip with the live runs.
        toasts: the messages in the corner.
        binder: connects actions with buttons: ``binder.bind(button, "run.pause")``.
        current_workspace: the id of the workspace on view; empty before the first one is shown.
        close_guard: asked when a person closes the window; False keeps it open.
    """

    run_clicked = Signal(str)
    """A run in the status bar was clicked; carries its id."""
    workspace_changed = Signal(str)
    """Another workspace is on view; carries its id."""
    closing = Signal()
    """The window is about to go: stop timers and threads."""

    def __init__(self, store: SettingsStore, table: ActionTable, hub: Notifications = notifications) -> None:
        super().__init__()
        self.setObjectName("shell")
        self.setWindowTitle("ganstudio")
        self.setWindowIcon(app_icon())
        self.store = store
        self.table, self._hub = table, hub
        self._workspaces: dict[str, _Workspace] = {}
        self.current_workspace = ""
        self._fullscreen_from_maximised = False
        self.close_guard: Callable[[], bool] = lambda: True
        self._lay_out()
        self.fit_screen()
        self._add_actions()
        self.binder = ActionBinder(self, self.table)
        self.binder.bind(self.rail.add_below(_("Theme"), "contrast"), "view.theme")
        self.binder.bind(self.rail.add_below(_("Preferences"), "settings"), "app.preferences")
        self.binder.bind(self.statusbar.messages, "view.messages")
        self._deafen = listen(self, (store.changed, self._setting_changed))
        hub.subscribe(self.toasts.show_message)
        self._listening = True

    def _lay_out(self) -> None:
        self.rail = Rail()
        self.rail.chosen.connect(self.show_workspace)
        self.stack = QStackedWidget()
        self.stack.setMinimumWidth(1)  # wide pages give way, the rail does not
        self.statusbar = StatusBar()
        self.statusbar.run_clicked.connect(self.run_clicked)
        centre, lane = QWidget(), QWidget()
        side = boxed(self.stack, lane, stretch=self.stack)
        row = boxed(self.rail, side, across=True, stretch=side)
        boxed(row, self.statusbar, into=centre, stretch=row)
        self.setCentralWidget(centre)
        self.toasts = Toasts(centre, self.stack, lane)
        self.toasts.unread_changed.connect(self._count_messages)
        self.toasts.details_wanted.connect(self.open_messages)
        self.palette_box = Palette(self, self._offers, self.do)

    # workspaces

    def add_workspace(
        self, name: str, title: str, icon_name: str, factory: Callable[[], QWidget], help: str = "",
        actions: Callable[[], Iterable[Action]] = tuple,
    ) -> None:  # fmt: skip
        """Adds a workspace to the rail; it is built when it is first shown. Its keys: Ctrl and its place there.

        Args:
            name: its id.
            title: one short word.
            icon_name: one of the icons.
            factory: builds the widget.
            help: one sentence for the tooltip.
            actions: what can be done in it, to be listed until it is built and registers that.
        """
        page = QWidget()
        self.stack.addWidget(page)
        self._workspaces[name] = _Workspace(title, factory, actions, page)
        keys, show = f"Ctrl+{len(self._workspaces)}", lambda: self.show_workspace(name)
        action = Action(f"workspace.{name}", title, show, icon_name, keys, _("View"), help)
        self.table.add(action)
        self.rail.add(name, title, icon_name, tooltip_of(action))
        if len(self._workspaces) == 1:
            self.rail.buttons[name].setChecked(True)

    def workspace(self, name: str) -> QWidget:
        """A workspace's widget, built now if it was not yet.

        Raises:
            UsageError: there is no such workspace.
        """
        place = self._workspaces.get(name)
        if place is None:
            known = ", ".join(self._workspaces)
            raise UsageError(_("There is no workspace called “{name}”. Known: {known}.").format(name=name, known=known))
        if place.built is None:
            try:
                place.built = place.factory()
            except Exception as error:  # noqa: BLE001 - one broken workspace must not take the window down
                _log.exception("the workspace %s cannot be built", name)
                place.built = self._broken(place.title, error)
            boxed(place.built, into=place.page)
            place.built.show()  # now, not in the next round: it may be given the keyboard at once
        return place.built

    @staticmethod
    def _broken(title: str, error: Exception) -> QWidget:
        import traceback

        page, banner = QWidget(), ErrorBanner()
        boxed(banner, None, margins=(16, 16, 16, 16), into=page)
        banner.show_error(
            _("{title} cannot be shown: {reason}").format(title=title, reason=error),
            _("The other workspaces still work; please report the details."),
            "".join(traceback.format_exception(error)),
        )
        return page

    def show_workspace(self, name: str) -> None:
        """Brings a workspace into view, and gives it the keyboard unless one walks along the rail."""
        self.workspace(name)
        place, focus = self._workspaces[name], self.focusWidget()
        remembered = place.page.focusWidget()
        self.stack.setCurrentWidget(place.page)
        self.rail.buttons[name].setChecked(True)
        there = name == self.current_workspace
        if focus is not self.rail.buttons[name] and not (there and focus and place.page.isAncestorOf(focus)):
            self._give_keyboard(place, remembered)
        if there:
            return
        self.current_workspace = name
        self.binder.set_workspace(name)
        self.store.remember(workspace=name)
        self.workspace_changed.emit(name)

    @staticmethod
    def _give_keyboard(place: _Workspace, remembered: QWidget | None) -> None:
        """To where it was in the workspace before, or else to its main part; also before the window is shown."""
        for widget in (remembered, place.built, place.page):
            if widget is not None and widget.isVisibleTo(place.page):
                widget.setFocus()
                focus = place.page.window().focusWidget()
                if focus is place.page or (focus is not None and place.page.isAncestorOf(focus)):
                    return

    # actions of the program as a whole

    def _add_actions(self) -> None:
        file, view, more = _("File"), _("View"), _("Help")
        self.table.add(
            Action("app.preferences", _("Preferences"), self.open_preferences, "settings", "Ctrl+,", f"{file}/8",
                   _("Theme, folders, device and threads.")),
            Action("app.quit", _("Quit"), self.close, "power", "Ctrl+Q", f"{file}/9", _("Closes the window.")),
            Action("app.palette", _("Find a command"), self.palette_box.open, "search", "Ctrl+K; Ctrl+Shift+P",
                   f"{view}/1", _("Type a few letters of what you want to do.")),
            Action("app.menu", _("Open the menu"), lambda: self.binder.open_bar(), "menu", "F10", "",
                   _("Arrow keys and the underlined letters lead on; Alt and a letter opens one of the menus.")),
            Action("view.theme", _("Switch light and dark"), self.toggle_theme, "contrast", "Ctrl+Shift+L",
                   f"{view}/2", _("Preferences can follow the system instead.")),
            Action("view.fullscreen", _("Full screen"), self.toggle_fullscreen, "fit", "F11", f"{view}/2",
                   _("The whole screen for the window, and back."), checked=self.isFullScreen),
            Action("view.messages", _("Messages"), self.open_messages, "bell", "F8", f"{view}/2",
                   _("All that was said since the program was started."), wording=self._messages_words),
            Action("view.reset-layout", _("Reset layout"), self.reset_layout, "window", "", f"{view}/3",
                   _("Forgets sizes and positions of window and panels.")),
            Action("help.shortcuts", _("Keyboard shortcuts"), self.open_shortcuts, "keyboard", "Ctrl+/", more,
                   _("All keys in one place.")),
            Action("help.about", _("About ganstudio"), self.open_about, "info", "", f"{more}/1",
                   _("Version, licence and the folders in use.")),
        )  # fmt: skip

    def toggle_theme(self) -> None:
        """Light where it is dark, dark where it is light, from now on."""
        self.store.set("theme", "light" if current_theme().dark else "dark")

    def toggle_fullscreen(self) -> None:
        """The whole screen, or back to what it was before."""
        if self.isFullScreen():
            self.showMaximized() if self._fullscreen_from_maximised else self.showNormal()
        else:
            self._fullscreen_from_maximised = self.isMaximized()
            self.showFullScreen()

    def open_preferences(self) -> None:
        """Shows the preferences."""
        from ganstudio.ui.forms.preferences import Preferences

        dialog = Preferences(self.store, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def open_shortcuts(self) -> None:
        """Shows all keys."""
        from ganstudio.ui.shortcuts import Shortcuts

        Shortcuts([*self.table, *self._to_come()], self.shortcut_rows, self).open()

    @property
    def shortcut_rows(self) -> list[tuple[str, str, str]]:
        """``(group, what, keys)`` of keys that are no actions, for the list of shortcuts."""
        return []

    # the palette

    def _to_come(self) -> list[Action]:
        return [action for place in self._workspaces.values() if place.built is None for action in place.actions()]

    def _offers(self, text: str) -> Iterator[tuple[Action, str]]:
        for action in self.table.search(text, self.current_workspace, self._to_come()):
            if action.id != "app.palette":
                yield action, "" if action.is_in(self.current_workspace) else self._workspaces[action.context].title

    def do(self, action: Action, tries: int = 0) -> None:
        """Does an action in its workspace, as soon as that has opened what it begins with; then or soon, not much later."""
        if led := not tries and not action.is_in(self.current_workspace):
            self.show_workspace(action.context)
        words = _("“{title}” is done to what is selected here: see what that is, then do it.")
        if not (led and action.to_selected):
            there = action.id in self.table and action.is_in(self.current_workspace)  # one may have left
            if not there or self.table.run(action.id) or action.is_in(""):
                return
            page = self.workspace(action.context)
            words = _("“{title}” cannot be done yet: choose or open something first.")
            if isinstance(page, Page) and page.busy and tries < MOST_TRIES:
                QTimer.singleShot(TRY_MS, self, lambda: self.do(action, tries + 1))
                return
        self._hub.info(words.format(title=action.label))

    def open_messages(self) -> None:
        """Shows what was said."""
        Messages(reversed(self._hub.kept), self).open()
        self.toasts.read(self.toasts.unread)

    def _messages_words(self) -> str:
        unread = self.toasts.unread
        return plural("Messages ({n} new)", "Messages ({n} new)", unread) if unread else _("Messages")

    def _count_messages(self) -> None:
        self.statusbar.set_unread(self.toasts.unread)
        self.table.refresh()

    def open_about(self) -> None:
        """Says what this is."""
        from importlib.metadata import PackageNotFoundError, version

        from ganstudio.app.logs import log_file

        try:
            number = version("ganstudio")
        except PackageNotFoundError:
            number = _("from source")
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(_("About ganstudio"))
        box.setIconPixmap(app_icon().pixmap(QSize(64, 64), self.devicePixelRatioF()))
        box.setText(f"ganstudio {number}")
        box.setTextFormat(Qt.TextFormat.PlainText)
        what = _("Train generative adversarial networks, watch them learn, play with what they learned.\nMIT licence.")
        where = _("Settings: {settings}\nLog: {log}").format(settings=self.store.path, log=log_file())
        box.setInformativeText(f"{what}\n\n{where}")
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box.open()

    def _setting_changed(self, name: str, value: object) -> None:
        if name == "theme":
            set_theme(self.store.values.theme)
        elif name == "reduced_motion":
            set_reduced_motion(bool(value))

    # geometry

    def place(self, geometry: str) -> None:
        """Puts the window where it was (base64), or in the middle where that is no place any more. Before ``show``."""
        restored = bool(geometry) and self.restoreGeometry(QByteArray(base64.b64decode(geometry)))
        if restored and QGuiApplication.screenAt(self.geometry().center()) is not None:
            self.fit_screen()
        else:
            self._centre()

    def fit_screen(self) -> None:
        """Makes the window smaller and moves it where it is not on its screen with its whole frame.

        How wide that is can be known a moment after the window is shown.
        """
        screen, handle = self.screen() or QGuiApplication.primaryScreen(), self.windowHandle()
        if screen is None or self.isMaximized() or self.isFullScreen():
            return
        room = screen.availableGeometry().marginsRemoved(FRAME if handle is None else handle.frameMargins())
        self.setMinimumSize(LEAST.boundedTo(room.size()))  # a screen may be smaller
        size, at = self.size().boundedTo(room.size()), self.geometry().topLeft()
        last = room.bottomRight() - QPoint(size.width() - 1, size.height() - 1)
        x, y = max(room.x(), min(at.x(), last.x())), max(room.y(), min(at.y(), last.y()))
        if (box := QRect(QPoint(x, y), size)) != self.geometry():
            self.setGeometry(box)

    def begin(self, workspace: str = "") -> None:
        """Shows the first workspace: this one, or that which was looked at last."""
        set_reduced_motion(self.store.values.reduced_motion)
        wanted = workspace or self.store.remembered.workspace
        self.show_workspace(wanted if wanted in self._workspaces else next(iter(self._workspaces)))

    def _centre(self) -> None:
        screen = QGuiApplication.primaryScreen()
        room = screen.availableGeometry() if screen is not None else QRect(QPoint(), USUAL)
        size = USUAL.expandedTo(room.size() * 0.8).boundedTo(QSize(1760, 1100))
        box = QRect(QPoint(), size)
        box.moveCenter(room.center())
        self.setGeometry(box)
        self.fit_screen()

    def reset_layout(self) -> None:
        """Forgets sizes and positions; panels take theirs back when they see ``layouts`` change."""
        if self.isFullScreen() or self.isMaximized():
            self.showNormal()
        self.store.remember(layouts={})
        self._centre()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the palette in the middle."""
        super().resizeEvent(event)
        if not self.palette_box.isHidden():
            self.palette_box.place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the keyboard; Escape, where nobody wants it, closes the newest message."""
        button = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(button, QAbstractButton):
            button.click()
        elif event.key() != Qt.Key.Key_Escape or not self.toasts.dismiss_newest():
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks the guard, remembers the geometry, lets everything stop."""
        if not self.close_guard():
            event.ignore()
            return
        self.store.remember_layout("geometry", base64.b64encode(self.saveGeometry().data()).decode())
        self.detach()
        self.closing.emit()
        super().closeEvent(event)

    def detach(self) -> None:
        """Listens to nothing any more; safe to call twice."""
        if self._listening:
            self._listening = False
            self.binder.detach()
            self._deafen()
            self._hub.subscribe(None)
            self.toasts.dismiss_all()
            for timer in self.findChildren(QTimer):
                timer.stop()
