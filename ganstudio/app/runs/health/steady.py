"""A verdict that does not flicker: another one is said once it has held for a moment."""

from __future__ import annotations

from dataclasses import replace

from ganstudio.app.runs.health.looking import Verdict

HOLDS = 1.0
"""Seconds for which another verdict must be found, each time that one looks, before it is said."""


class Steady:
    """What is said of one run while it trains."""

    def __init__(self) -> None:
        self._said: Verdict | None = None
        self._other, self._first = "", 0.0

    def take(self, found: Verdict, now: float, at_once: bool = False) -> Verdict:
        """What is to be said.

        Args:
            found: the verdict of this look.
            now: seconds on any clock.
            at_once: there is nothing to wait for: the run rests, or a step of the past is looked at.
        """
        said = self._said
        if at_once or said is None or said.name == "early":
            self._said = found
        elif found.name == said.name:  # its numbers go on, its beginning is where it was
            both = said.since is not None and found.since is not None
            self._said = replace(found, since=min(said.since, found.since)) if both else found  # type: ignore[type-var]
        elif found.name != self._other:
            self._other, self._first = found.name, now
            return said
        elif now - self._first < HOLDS:
            return said
        else:
            self._said = found
        self._other = ""
        assert self._said is not None
        return self._said
