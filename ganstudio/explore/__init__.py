"""Drawing from what was learned, apart from training. Brings torch only with :mod:`ganstudio.explore.stored`."""
