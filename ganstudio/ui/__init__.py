"""The window: a projection of :mod:`ganstudio.app`."""

from ganstudio.ui.kit import tips as tips  # before anything is shown
