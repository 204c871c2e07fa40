"""Names that tell things apart: the second “Digits” is “Digits 2”."""

from __future__ import annotations

import re
from collections.abc import Container


def free_name(wanted: str, taken: Container[str]) -> str:
    """The wanted name, or the next one with a number behind it: “Digits 2”, and from that “Digits 3”.

    A number that belongs to the name stays: from “Ring of 8” comes “Ring of 8 2”, unless something is called “Ring of”.
    """
    stem = re.sub(r" \d+$", "", wanted)
    stem = stem if stem in taken else wanted
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{stem} {number}"
    return name
