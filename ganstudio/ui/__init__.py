"""The window: a projection of :mod:`ganstudio.app`."""
