"""Every plot; the only home of pyqtgraph."""


def load_ahead() -> None:
    """Imports pyqtgraph, so that the first plot need not wait 0.4 s for it.

    May be called in any thread: its modules make only values when they are imported (painter paths, transformations), no
    ``QObject``, pixmap or item, and leave hooks and filters alone (tried with 0.14). Who imports a plot meanwhile waits for
    the same import.
    """
    from ganstudio.ui.plots import chart  # noqa: F401
