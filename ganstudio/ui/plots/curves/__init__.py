"""The curves of a run: losses, probabilities, scores, gradient norms and quality over steps or training time.

The plots paint themselves with a ``QPainter``: general plotting widgets took 50 ms for six envelopes on two cores, this
takes a few, and the same drawing goes to the screen, to PNG and to SVG.
"""

from ganstudio.ui.plots.curves.export import export_csv
from ganstudio.ui.plots.curves.model import Mark, MarkKind
from ganstudio.ui.plots.curves.panel import CurvesPanel

__all__ = ["CurvesPanel", "Mark", "MarkKind", "export_csv"]
