"""One panel for every control that can be driven in a generator, as a column or as a flow."""

from ganstudio.ui.controls.panel import ControlsPanel

__all__ = ["ControlsPanel"]
