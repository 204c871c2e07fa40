"""The window: a projection of :mod:`ganstudio.app`."""

from ganstudio.ui.kit import guard as guard  # before any class is made that paints
from ganstudio.ui.kit import tips as tips  # before anything is shown
