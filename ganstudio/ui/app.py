"""Starts the window. Torch is loaded behind it, so that it is there within a second."""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
os.environ.setdefault("QT_API", "pyside6")

from PySide6.QtCore import QEvent, QEventLoop, QLibraryInfo, Qt, QTimer, QTranslator
from PySide6.QtWidgets import QApplication

from ganstudio.app.actions import ActionTable
from ganstudio.app.logs import start_logging, stop_logging
from ganstudio.app.notifications import install_hooks
from ganstudio.app.settings import SettingsStore
from ganstudio.core.errors import StoreError, StudioError
from ganstudio.core.i18n import _, language
from ganstudio.core.screenshot import Screenshot
from ganstudio.ui.kit.icons import app_icon
from ganstudio.ui.kit.style import set_theme
from ganstudio.ui.plots import load_ahead
from ganstudio.ui.qtlog import install_qt_messages
from ganstudio.ui.window import MainWindow

if TYPE_CHECKING:
    from ganstudio.app.studio import Studio

POLL_MS, PULSE_MS, FRAME_MS = 15, 200, 200
SETTLE_MS = 700  # after everything has been loaded: the time that pictures and layouts take to come to rest
PATIENCE_MS = 60_000
FREEZE_MS = 2_500  # after a run was opened: its view is built and its first steps are done


def make_application() -> QApplication:
    """The one QApplication, in the studio's looks."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("ganstudio")
    app.setApplicationDisplayName("ganstudio")
    app.setDesktopFileName("ganstudio")
    app.setWindowIcon(app_icon())
    spoken = language()
    if spoken and not app.findChildren(QTranslator):
        texts = QTranslator(app)  # of Qt's own buttons, menus of text fields, names of keys
        if texts.load(f"qtbase_{spoken}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            app.installTranslator(texts)
    return app


def run_window(run_dir: Path | None = None, screenshot: Screenshot | None = None) -> int:
    """Shows the window until it is closed, or draws it once; returns the exit status.

    A window that is only drawn works on a copy of the person's settings and canvases: it changes nothing of theirs.

    Raises:
        StudioError: the picture cannot be written, the run not be shown, or the end of a run not be stored.
        UsageError: there is no such workspace or run.
    """
    if screenshot is None:
        return _run_window(run_dir, None)
    from ganstudio.app.borrowed import borrowed_config

    with borrowed_config():
        return _run_window(run_dir, screenshot)


def _run_window(run_dir: Path | None, screenshot: Screenshot | None) -> int:
    start_logging()
    remove_qt_messages = install_qt_messages()
    app = make_application()
    remove_hooks = install_hooks()
    store = SettingsStore()
    theme, geometry = store.glance()
    set_theme(screenshot.theme if screenshot and screenshot.theme else theme)
    window = MainWindow(store, ActionTable())
    window.place(geometry)
    try:
        if screenshot is not None:
            return _draw_once(window, screenshot)
        signal.signal(signal.SIGINT, lambda *_args: window.quit_saving())
        signal.signal(signal.SIGTERM, lambda *_args: window.quit_saving())
        app.commitDataRequest.connect(window.quit_saving)  # the desktop waits until it returns
        pulse = QTimer(interval=PULSE_MS)
        pulse.timeout.connect(lambda: None)  # Python hears of a signal where some of it runs: in any loop of Qt's
        pulse.start()
        window.show()
        failed, ended = list[Exception](), list[int]()
        QTimer.singleShot(FRAME_MS, window, window.fit_screen)
        QTimer.singleShot(0, window, lambda: _load(window, run_dir, failed))
        atexit.register(_leave, ended)
        status = int(app.exec())
        if failed:
            raise failed[0]
        if window.lost:
            raise StudioError(" ".join(window.lost))
        ended.append(status)
        return status
    finally:
        remove_hooks()
        window.detach()
        window.deleteLater()
        store.flush()  # also where an error led here: a borrowed folder goes next
        QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)  # before Python and Qt end, in whatever order
        remove_qt_messages()
        stop_logging()


def _leave(ended: list[int]) -> None:
    """Ends the program at once where a thread could not be waited for: cut off within C++ it would abort it."""
    if any(thread.daemon for thread in threading.enumerate()):
        os._exit(ended[0] if ended else 1)


def _furnish(window: MainWindow, workspace: str = "") -> Studio:
    """Fills the window, which may be on the screen already."""
    from ganstudio.app.studio import Studio

    studio = Studio(window.store, actions=window.table)
    window.furnish(studio)
    window.begin(workspace or window.wanted)
    return studio


def load_methods(studio: Studio) -> None:
    """Loads torch, the methods and what draws plots behind the window, so that pressing Start waits for none of them.

    What has been loaded lives as long as the program, and so does what the first steps of a run load: the collector need
    not walk through half a million objects of libraries, each time for a sixth of a second in which nothing moves.
    """
    studio.when_ready(gc.freeze)
    studio.opened.connect(lambda _run: QTimer.singleShot(FREEZE_MS, gc.freeze))
    studio.load_catalogue()
    studio.jobs.start(_("Loading the plots"), lambda _progress, _cancel: load_ahead())


def _load(window: MainWindow, run_dir: Path | None, failed: list[Exception]) -> None:
    """What may take longer, once the window can be seen: a thread loads it, so that the window answers meanwhile."""
    if sys.stdout is not None and os.environ.get("GANSTUDIO_REPORT_START"):
        sys.stdout.write("window visible\n")
        sys.stdout.flush()
    thread = threading.Thread(target=importlib.import_module, args=["ganstudio.ui.train.workspace"], name="import")
    thread.start()
    timer = QTimer(window, interval=POLL_MS)

    def look() -> None:
        if thread.is_alive():
            return
        timer.stop()
        timer.deleteLater()
        try:
            studio = _furnish(window)  # what could not be imported is told here, by this thread
        except Exception as error:  # noqa: BLE001 - an empty window is of no use to anybody: the start has failed
            failed.append(error)
            QApplication.exit(1)
            return
        load_methods(studio)
        if run_dir is not None:
            studio.open_run(run_dir)

    timer.timeout.connect(look)
    timer.start()


def _draw_once(window: MainWindow, wanted: Screenshot) -> int:
    """Draws the real window after all that it loads has arrived."""
    from ganstudio.ui.generator_page.page import GeneratorPage
    from ganstudio.ui.kit.files import write_png

    studio = _furnish(window, "train")  # the others begin with a run that nobody asked for
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)  # no screen is too small for the picture
    if wanted.size is not None:
        window.setMinimumSize(1, 1)  # its pages have no say in it
        window.resize(*wanted.size)
    if wanted.workspace is not None:
        window.workspace(wanted.workspace)
    window.show()
    failure: list[StudioError] = []
    loop = QEventLoop()  # of its own: the application itself need not end

    def draw() -> None:
        try:
            write_png(wanted.path, window.grab().toImage())
        except StoreError as error:
            failure.append(error)
        loop.quit()

    def settle() -> None:
        page = window.pages.get(window.current_workspace)
        if studio.jobs.running or (page is not None and page.busy):  # between two jobs of one reading there is none
            QTimer.singleShot(100, window, settle)
        else:
            QTimer.singleShot(SETTLE_MS, window, draw)

    def ready() -> None:
        model = None if wanted.run is None else studio.open_run(wanted.run)
        if wanted.run is not None and model is None:
            failure.append(StudioError(_("The run {path} cannot be opened.").format(path=wanted.run)))
            loop.quit()
            return
        page = window.pages.get(wanted.workspace or "")
        if model is not None and isinstance(page, GeneratorPage):
            page.open_run(model)
        window.show_workspace(wanted.workspace or "train")
        settle()

    studio.when_ready(ready)
    studio.load_catalogue()
    patience = QTimer(window, singleShot=True)
    patience.timeout.connect(draw)
    patience.start(PATIENCE_MS)
    loop.exec()
    window.close_guard = lambda: True
    window.close()
    if failure:
        raise failure[0]
    return 0
