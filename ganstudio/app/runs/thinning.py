"""Makes runs smaller that have grown old: says what would be freed, and does it when a person wants it. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from ganstudio.app.named import Question
from ganstudio.core.errors import StoreError, StudioError
from ganstudio.core.i18n import _, plural, size_text
from ganstudio.store import Keep, Plan, plan, thin_run

if TYPE_CHECKING:
    from ganstudio.app.studio import Studio


def ask_and_thin(studio: Studio, runs: Mapping[Path, int], then: Callable[[Iterable[Path]], object]) -> None:
    """Finds out what the rule of the settings would free of these runs, asks, and frees it; all of it in the background.

    Args:
        studio: whose settings hold, and which asks.
        runs: folders of runs that nobody trains, and their sizes in bytes.
        then: told afterwards which runs are smaller now.
    """
    keep = studio.keep

    def look(_progress: object, cancel: Event) -> dict[Path, Plan]:
        found = {}
        for path in runs:
            with suppress(StoreError, OSError):  # it went away meanwhile
                found[path] = plan(path, keep)
            if cancel.is_set():
                break
        return {path: wanted for path, wanted in found.items() if not wanted.empty}

    def looked(plans: dict[Path, Plan]) -> None:
        if plans:
            question = _question(list(plans.values()), sum(runs.values()), keep)

            def answered(yes: bool | None) -> None:
                if yes:
                    _thin(studio, list(plans), keep, then)

            studio.ask(question, answered)
        else:
            text = _("There is nothing to thin: these runs hold no more than the preferences let them keep.")
            studio.notifications.info(text, keep.words)

    studio.jobs.start(_("Looking what can be freed"), look).on_done(looked)


def _thin(studio: Studio, paths: list[Path], keep: Keep, then: Callable[[Iterable[Path]], object]) -> None:

    def work(progress: Callable[[float, str], object], cancel: Event) -> tuple[int, list[StudioError]]:
        freed, errors = 0, []
        for number, path in enumerate(paths):
            progress(number / len(paths), path.name)
            try:
                freed += thin_run(path, keep).freed
            except StudioError as error:
                errors.append(error)
            if cancel.is_set():
                break
        return freed, errors

    def done(found: tuple[int, list[StudioError]]) -> None:
        freed, errors = found
        for error in errors:
            studio.report(error)
        studio.notifications.info(_("{size} freed").format(size=size_text(freed)))
        then(paths)

    studio.jobs.start(_("Thinning runs"), work).on_done(done)


def _question(plans: Sequence[Plan], whole: int, keep: Keep) -> Question:
    """Asks for what cannot be undone."""
    text, all_of_it = plural("Thin {n} run?", "Thin {n} runs?", len(plans)), sum(plans, Plan())
    freed = _("{size} of {whole} would be freed.").format(size=size_text(all_of_it.freed), whole=size_text(whole))
    rule = _("The rule, which the preferences can change:")
    about = [freed, *all_of_it.words, _("This cannot be undone."), "", rule, keep.words]
    return Question(_("Thin runs"), text, "\n".join(about), [(_("Thin"), True)], _("Keep everything"), careful=True)
