"""Every plot; the only home of pyqtgraph."""


def load_ahead() -> None:
    """Imports pyqtgraph, so that the first plot need not wait 0.4 s for it.

    A thread does so once the window is visible, beside the one that loads torch. That is safe: its modules make only
    values when they are imported (painter paths, transformations), no ``QObject``, pixmap, font or item, and they leave
    hooks and standard streams alone (looked for with 0.14). Who opens a run meanwhile waits for the same import.
    """
    from ganstudio.ui.plots import chart  # noqa: F401
