"""Words that are keys or stored names, and go through ``_`` where they are shown: here they are marked for a catalogue.

Whoever adds a choice, a control, a term of a loss or a built-in class adds its word; a test says which are missing.
"""

from __future__ import annotations

from ganstudio.core.i18n import msg

CHOICES = (
    msg("adversarial"), msg("all"), msg("auto"), msg("batch"), msg("conv"), msg("crop"), msg("dark"), msg("digits"),
    msg("feature matching"), msg("folders"), msg("gradient"), msg("grey"), msg("hinge"), msg("ignore"), msg("instance"),
    msg("layer"), msg("left"), msg("light"), msg("linear"), msg("minimax"), msg("mnist"), msg("nearest"),
    msg("non-saturating"), msg("none"), msg("normal"), msg("pad"), msg("projection"), msg("refuse"), msg("right"),
    msg("spectral"), msg("step"), msg("stretch"), msg("test"), msg("train"), msg("uniform"), msg("wasserstein"),
)  # fmt: skip
CONTROLS = (
    msg("category"), msg("class"), msg("codes"), msg("direction"), msg("map"), msg("noise"), msg("reference"),
    msg("source"), msg("style"), msg("z"),
)  # fmt: skip
TERMS = (
    msg("adversarial"), msg("class of fakes"), msg("class of real"), msg("class recognised in fakes"), msg("cycle"),
    msg("discriminator"), msg("distance"), msg("encoder"), msg("fake"), msg("features"), msg("generator"),
    msg("identity"), msg("joint"), msg("kl"), msg("l1"), msg("labelled"), msg("modes"), msg("penalty"), msg("purity"),
    msg("real"), msg("wrong class"), msg("high-quality samples %"), msg("high-quality samples"),
)  # fmt: skip
CLASSES = (
    msg("T-shirt/top"), msg("Trouser"), msg("Pullover"), msg("Dress"), msg("Coat"), msg("Sandal"), msg("Shirt"),
    msg("Sneaker"), msg("Bag"), msg("Ankle boot"), msg("airplane"), msg("automobile"), msg("bird"), msg("cat"),
    msg("deer"), msg("dog"), msg("frog"), msg("horse"), msg("ship"), msg("truck"), msg("unlabelled"),
)  # fmt: skip
