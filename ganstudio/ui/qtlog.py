"""What Qt has to say goes to the log."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_HARMLESS = ("This plugin does not support",)
_log = logging.getLogger("ganstudio.qt")


def _handle(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    level = logging.DEBUG if text.startswith(_HARMLESS) else _LEVELS.get(kind, logging.WARNING)
    _log.log(level, "%s (%s)", text, context.category or "default")


def install_qt_messages() -> Callable[[], object]:
    """Sends Qt's messages to the log ``ganstudio.qt`` instead of the terminal; returns what ends that."""
    qInstallMessageHandler(_handle)
    return lambda: qInstallMessageHandler(None)
