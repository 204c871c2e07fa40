"""Whether this machine can show a window, found out before Qt does: Qt ends the process where it cannot."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _

PLATFORM_VARIABLE = "QT_QPA_PLATFORM"
_GUI_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libX11.so.6": "libx11-6",
}
_XCB_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
_WAYLAND_LIBRARIES = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
_PACKAGES = {**_GUI_LIBRARIES, **_XCB_LIBRARIES, **_WAYLAND_LIBRARIES}
_MISSING = re.compile(r"(lib[\w.+-]+?\.so(?:\.\d+)*): cannot open shared object")


def prepare(*, offscreen: bool = False) -> None:
    """Sets what Qt and its friends read from the environment, and makes sure that a window can open.

    Args:
        offscreen: the window need not be seen; on Linux it is then drawn without a display.

    Raises:
        StudioError: one sentence on what is missing and how to mend it.
    """
    os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"
    os.environ["QT_API"] = "pyside6"
    if offscreen and sys.platform.startswith("linux"):
        os.environ.setdefault(PLATFORM_VARIABLE, "offscreen")
        os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")  # it tells at length what it cannot do
    problem = screen_problem() or qt_problem()
    if problem:
        raise StudioError(problem)


def screen_problem() -> str:
    """What keeps a window from being seen, told from the environment alone; empty where nothing does."""
    environment = os.environ
    if not sys.platform.startswith("linux") or any(
        environment.get(name) for name in (PLATFORM_VARIABLE, "DISPLAY", "WAYLAND_DISPLAY")
    ):
        return ""
    return _(
        "There is no display here: start it in a desktop session (or set DISPLAY), train without a window with "
        "“ganstudio train METHOD --data NAME --steps N”, or set QT_QPA_PLATFORM=offscreen."
    )


def qt_problem() -> str:
    """What keeps Qt from starting; empty where nothing does. Imports Qt."""
    try:
        from PySide6 import QtGui, QtWidgets  # noqa: F401 - the import is the check
    except ModuleNotFoundError as error:
        return _("The window needs {package}: pip install PySide6-Essentials (the headless commands work without).").format(
            package=error.name or "PySide6"
        )  # fmt: skip
    except (ImportError, OSError) as error:
        return library_problem(str(error), _GUI_LIBRARIES)
    return _platform_problem() if sys.platform.startswith("linux") else ""


def library_problem(message: str, candidates: Iterable[str]) -> str:
    """Names the packages for a library that did not load, and for all others that would fail next."""
    found = _MISSING.search(message)
    if found is None:
        return _("Qt cannot start here: {reason}.").format(reason=message.rstrip("."))
    missing = list(dict.fromkeys([found[1], *(name for name in candidates if not _loads(name))]))
    packages = [_PACKAGES[name] for name in missing if name in _PACKAGES]
    if not packages:
        return _("The window needs the system library {name}, which is not installed.").format(name=missing[0])
    return _("The window needs system libraries that are not installed ({names}): sudo apt install {packages}").format(
        names=", ".join(missing), packages=" ".join(packages)
    )


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _platform_problem() -> str:
    """What keeps the platform plugins from working that Qt would try."""
    if os.environ.get("QT_QPA_PLATFORM_PLUGIN_PATH"):
        return ""  # somebody else's plugins; only Qt knows them
    folder = _plugin_folder()
    problems = []
    for name in platforms():
        plugins = sorted(folder.glob(f"libq{name}*.so"))
        if not plugins:
            there = ", ".join(sorted(path.stem.removeprefix("libq") for path in folder.glob("libq*.so")))
            problems.append(_("Qt has no platform “{name}”; it has: {there}.").format(name=name, there=there))
            continue
        problem = _plugin_problem(plugins[0], name) or connection_problem(name)
        if not problem:
            return ""
        problems.append(problem)
    return problems[0]


def _plugin_folder() -> Path:
    from PySide6.QtCore import QLibraryInfo

    return Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforms"


def platforms() -> list[str]:
    """The platform plugins that Qt will try on Linux, in their order."""
    named = os.environ.get(PLATFORM_VARIABLE, "")
    if named:
        return [part.partition(":")[0] for part in named.split(";") if part]
    wayland, x11 = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    return [name for name, there in (("wayland", wayland), ("xcb", x11)) if there]


def _plugin_problem(plugin: Path, name: str) -> str:
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        candidates = {"xcb": _XCB_LIBRARIES, "wayland": _WAYLAND_LIBRARIES}.get(name, {})
        return library_problem(str(error), candidates)
    return ""


def connection_problem(platform: str) -> str:
    """Whether the display that the environment names answers; costs a millisecond on a local one."""
    if platform == "xcb" and not _x_answers():
        return _(
            "The display {name} does not answer: check DISPLAY and your right to use it, or train without a window with "
            "“ganstudio train METHOD --data NAME --steps N”."
        ).format(name=os.environ.get("DISPLAY") or _("(none)"))
    if platform == "wayland":
        folder, name = os.environ.get("XDG_RUNTIME_DIR", ""), os.environ.get("WAYLAND_DISPLAY", "wayland-0")
        if not (Path(folder) / name).exists():  # an absolute name stays as it is
            return _("The Wayland display {name} is not there: check WAYLAND_DISPLAY and XDG_RUNTIME_DIR.").format(
                name=name
            )
    return ""


def _x_answers() -> bool:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # Qt brings its own then, and judges for itself
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)
    connection = xcb.xcb_connect(None, None)
    failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not failed
