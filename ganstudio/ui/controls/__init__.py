"""The left side of the Explore workspace: everything that can be driven in the generator that is open."""

from ganstudio.ui.controls.panel import ControlsPanel

__all__ = ["ControlsPanel"]
