"""The curves of a run: losses, probabilities, scores, gradient norms and quality over steps or training time."""

from ganstudio.ui.plots.curves.panel import CurvesPanel
from ganstudio.ui.plots.curves.runs import RunCurves

__all__ = ["CurvesPanel", "RunCurves"]
