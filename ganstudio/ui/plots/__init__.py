"""Every plot; the only home of pyqtgraph."""
