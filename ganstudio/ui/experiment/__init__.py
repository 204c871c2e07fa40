"""The experiment form and the check of its data."""

from ganstudio.ui.experiment.check import DataCheckView
from ganstudio.ui.experiment.choosers import DataPicker
from ganstudio.ui.experiment.panel import ExperimentPanel

__all__ = ["DataCheckView", "DataPicker", "ExperimentPanel"]
