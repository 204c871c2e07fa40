"""Starts the window. Torch is loaded behind it, so that it is there within a second."""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import nullcontext
from pathlib import Path

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
os.environ.setdefault("QT_API", "pyside6")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from ganstudio.app.borrowed import borrowed_config
from ganstudio.app.logs import start_logging, stop_logging
from ganstudio.app.notifications import install_hooks
from ganstudio.app.studio import Studio
from ganstudio.core.errors import StoreError, StudioError
from ganstudio.core.i18n import _
from ganstudio.core.screenshot import Screenshot
from ganstudio.ui.kit.files import write_png
from ganstudio.ui.kit.icons import app_icon
from ganstudio.ui.kit.style import set_theme
from ganstudio.ui.plots import load_ahead
from ganstudio.ui.qtlog import install_qt_messages, remove_qt_messages
from ganstudio.ui.window import MainWindow

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
    return app


def run_window(run_dir: Path | None = None, screenshot: Screenshot | None = None) -> int:
    """Shows the window until it is closed, or draws it once; returns the exit status.

    A window that is only drawn works on a copy of the person's settings and canvases: it changes nothing of theirs.

    Raises:
        StudioError: the picture cannot be written, the run not be shown, or the end of a run not be stored.
        UsageError: there is no such workspace or run.
    """
    with borrowed_config() if screenshot is not None else nullcontext():
        return _run_window(run_dir, screenshot)


def _run_window(run_dir: Path | None, screenshot: Screenshot | None) -> int:
    start_logging()
    install_qt_messages()
    app = make_application()
    remove_hooks = install_hooks()
    studio = Studio()
    set_theme(screenshot.theme if screenshot and screenshot.theme else studio.settings.values.theme)
    window = MainWindow(studio)
    window.restore("" if screenshot is None else "train")  # the others begin with a run that nobody asked for
    try:
        if screenshot is not None:
            return _draw_once(window, screenshot)
        signal.signal(signal.SIGINT, lambda *_args: window.quit_saving())
        signal.signal(signal.SIGTERM, lambda *_args: window.quit_saving())
        window.show()
        QTimer.singleShot(0, window, lambda: _load(studio, run_dir))
        status = int(app.exec())
        if window.lost:
            raise StudioError(" ".join(window.lost))
        return status
    finally:
        remove_hooks()
        window.detach()
        window.deleteLater()
        remove_qt_messages()
        stop_logging()


def load_methods(studio: Studio) -> None:
    """Loads torch, the methods and what draws plots behind the window, so that pressing Start waits for none of them.

    What has been loaded lives as long as the program, and so does what the first steps of a run load: the collector need
    not walk through half a million objects of libraries, each time for a sixth of a second in which nothing moves.
    """
    studio.when_ready(gc.freeze)
    studio.opened.connect(lambda _run: QTimer.singleShot(FREEZE_MS, gc.freeze))
    studio.load_catalogue()
    studio.jobs.start(_("Loading the plots"), lambda _progress, _cancel: load_ahead())


def _load(studio: Studio, run_dir: Path | None) -> None:
    """What may take longer, once the window can be seen."""
    if sys.stdout is not None and os.environ.get("GANSTUDIO_REPORT_START"):
        sys.stdout.write("window visible\n")
        sys.stdout.flush()
    load_methods(studio)
    if run_dir is not None:
        studio.open_run(run_dir)


def _draw_once(window: MainWindow, wanted: Screenshot) -> int:
    """Draws the real window after all that it loads has arrived."""
    studio = window.studio
    if wanted.size is not None:
        window.setMinimumSize(0, 0)
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
        if studio.jobs.running:
            QTimer.singleShot(100, window, settle)
        else:
            QTimer.singleShot(SETTLE_MS, window, draw)

    def ready() -> None:
        model = None if wanted.run is None else studio.open_run(wanted.run)
        if wanted.run is not None and model is None:
            failure.append(StudioError(_("The run {path} cannot be opened.").format(path=wanted.run)))
            loop.quit()
            return
        page = window.desks.get(wanted.workspace or "")
        if page is not None and model is not None:
            page.open_run(model)
        window.show_workspace(wanted.workspace or "train")
        settle()

    studio.when_ready(ready)
    studio.load_catalogue()
    patience = QTimer(window, singleShot=True)
    patience.timeout.connect(draw)
    patience.start(PATIENCE_MS)
    loop.exec()
    patience.stop()
    window.close_guard = lambda: True
    window.close()
    if failure:
        raise failure[0]
    return 0
