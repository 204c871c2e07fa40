from __future__ import annotations

import pytest

from ganstudio.app.runs.roles import letters
from ganstudio.core.events import RoleInfo


@pytest.mark.parametrize(
    ("titles", "wanted"),
    [
        (("Discriminator", "Generator"), ("D", "G")),
        (("Discriminator", "Generator", "Encoder", "Second generator"), ("D", "G", "E", "SG")),
        (("Discriminator", "Decoder", "Generator"), ("Di", "De", "G")),
        (("Same", "Same"), ("S1", "S2")),
        ((), ()),
    ],
)
def test_a_few_letters_tell_roles_apart(titles: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    assert letters([RoleInfo(f"role {place}", title, "other") for place, title in enumerate(titles)]) == wanted
