"""How pictures are made square: the middle, a margin, or distorted."""

from __future__ import annotations

from typing import cast

from ganstudio.core.i18n import _
from ganstudio.data.decode import Fit
from ganstudio.explore.translating import FITS
from ganstudio.ui.forms.editors import QuietCombo


class FitChoice(QuietCombo):
    """One of the ways to bring a picture to the size of the network."""

    def __init__(self, tip: str) -> None:
        super().__init__()
        words: dict[Fit, str] = {"crop": _("Crop"), "pad": _("Add margin"), "stretch": _("Stretch")}
        for fit in FITS:
            self.addItem(words[fit], fit)
        self.setAccessibleName(_("How pictures are made square"))
        self.setToolTip(tip)

    @property
    def fit(self) -> Fit:
        """The present choice."""
        return cast("Fit", self.currentData())

    def set_fit(self, fit: Fit) -> None:
        """Shows another one."""
        self.setCurrentIndex(FITS.index(fit))
