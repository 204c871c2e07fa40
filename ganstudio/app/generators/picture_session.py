"""What every picture remembers of the generator that drew it, and how that is opened again. Main thread, no Qt.

Each workspace adds what is its own: :meth:`Desk.saved` and :meth:`Desk.change_to`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganstudio.app.generators.sources import Opened, open_run
from ganstudio.app.generators.workplaces import WORKPLACES, bundled_path
from ganstudio.app.named import is_known
from ganstudio.core.elsewhere import NotThereError, shown
from ganstudio.core.errors import StoreError, StudioError, UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.picture_file import PROGRAM, VERSION
from ganstudio.store import Run, list_runs

if TYPE_CHECKING:
    from ganstudio.app.generators.desk import Desk


def session_of(desk: Desk) -> dict[str, Any]:
    """Everything needed to be here again, as plain JSON values: program, workspace, generator, weights and state.

    Raises:
        UsageError: nothing is open.
    """
    opened = desk.opened
    if opened is None:
        raise UsageError(_("Nothing is open to be saved."))
    head: dict[str, Any] = {
        "program": PROGRAM,
        "version": VERSION,
        "release": metadata.version("ganstudio"),
        "kind": desk.place,
        "title": opened.title,
        "path": str(opened.path or ""),
        "step": desk.step,
        "weights": desk.weights,
    }
    if opened.run is not None:
        info = opened.run.info
        head["run"] = {
            "name": info.name,
            "created": info.created.isoformat(timespec="seconds"),
            "fingerprint": info.fingerprint,
            "method": info.experiment.method,
            "seed": info.experiment.seed,
        }
    return {**head, **desk.saved()}


def check_session(desk: Desk, session: Mapping[str, Any]) -> None:
    """Nothing in a session is trusted.

    Raises:
        UsageError: it is no session of this workspace, or of a newer program.
    """
    if session.get("program") != PROGRAM or session.get("kind") != desk.place:
        sentences = {
            "explore": _("This picture was not saved by ganstudio’s explorer; it can be projected instead."),
            "paint": _("This picture was not saved by ganstudio’s painter; it can be opened as a label map."),
            "translate": _("This picture was not saved by ganstudio’s translator; it can be translated instead."),
        }
        raise UsageError(sentences[desk.place])
    if not isinstance(session.get("version"), int) or session["version"] > VERSION:
        raise UsageError(_("This picture was saved by a newer ganstudio; update the program to open it."))


def reopen(
    desk: Desk, session: Mapping[str, Any], then: Callable[[], object], leave: Callable[[StudioError], object]
) -> None:
    """Opens what a session was saved from, at its step where that is stored. Everything is looked at in jobs.

    What it names is only a claim: a run of the runs folder, or one that comes with the program, is opened by itself, and
    so is what a person has opened here before. For all else the person is asked. ``then`` is called once it is open,
    ``leave`` told why it is not.
    """
    described, text = session.get("run"), str(session.get("path", ""))
    if not isinstance(described, Mapping):
        question = _("The picture says that it was made with this generator file, which was never opened here. Open it only "
                     "if you know where it comes from.")  # fmt: skip
        desk.studio.open_named(text, question, lambda file: desk.open_file(file, then), leave)
        return

    def go_on(path: Path) -> None:
        step, weights, device = session.get("step"), session.get("weights"), desk.device

        def work(_cancel: object) -> Opened:
            if not _is_described(path, described):
                raise _not_here(described)
            stored = isinstance(step, int) and step in Run.open(path).checkpoint_steps()
            return open_run(path, step if stored else None, "raw" if weights == "raw" else "ema", device)

        desk.open_by(_("Opening {name}").format(name=path.name), work, then)

    def not_opened(error: StudioError) -> None:
        leave(_not_here(described) if isinstance(error, NotThereError) else error)

    def looked(path: Path | None) -> None:
        if path is not None:
            go_on(path)
        elif text:
            question = _("The picture says that it was made with this run, which was never opened here. Open it only if you "
                         "know where it comes from.")  # fmt: skip
            desk.studio.open_named(text, question, go_on, not_opened)
        else:
            leave(_not_here(described))

    known = desk.studio.settings.known
    job = desk.studio.jobs.start(
        _("Looking for the run of the picture"), lambda _progress, _cancel: find_run(described, text, known)
    )
    job.on_done(looked).on_error(leave)


def restore(desk: Desk, session: Mapping[str, Any]) -> None:
    """Opens what a session was saved from and puts everything back; what fails is reported, and nothing changes.

    Where a person did not want it opened, or it must not be, its state is put into what is open, if it fits.

    Raises:
        UsageError: it is no session of this workspace.
    """
    check_session(desk, session)

    def change_of() -> Callable[[], object] | None:
        try:
            return desk.change_to(session)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise UsageError(_("The state in this picture is damaged; nothing was changed."), repr(error)) from error

    def put() -> None:
        try:
            change = change_of()
        except StudioError as error:
            desk.studio.report(error)
            return
        if change is None:
            return
        change()
        if isinstance(session.get("step"), int) and session["step"] != desk.step:
            text = _("There is no checkpoint of step {step}, with which this picture was drawn; step {other} is shown.")
            desk.studio.notifications.info(text.format(step=f"{session['step']:,}", other=f"{desk.step:,}"))

    def leave(error: StudioError) -> None:
        change, words = None, ""
        if desk.opened is not None and not isinstance(error, NotThereError):
            with suppress(StudioError):  # it does not fit
                change = change_of()
        if change is not None and desk.opened is not None:
            change()
            words = _("{why} The state of the picture was put into “{title}”, which is open.")
            words = words.format(why=error, title=desk.opened.title)
        desk.studio.report(error, words)

    reopen(desk, session, put, leave)


def find_run(described: Mapping[str, Any], text: str, known: Mapping[str, str]) -> Path | None:
    """The run that is described: where it was if that is known, or in the runs folder, or one that comes with the program.

    ``text`` is where the session says that it was; what is not in ``known`` is not looked at. Reads files: for a job.
    """
    shipped = [place for name in WORKPLACES if (place := bundled_path(name)) is not None]
    kept = [run.path for run in list_runs() if not run.path.is_symlink()]
    there = [Path(text)] if is_known(text, known) else []
    places = [*there, *sorted([*shipped, *kept], key=lambda place: str(place) != text)]
    return next((place for place in places if _is_described(place, described)), None)


def _is_described(place: Path, described: Mapping[str, Any]) -> bool:
    try:
        info = Run.open(place).info
    except StoreError:
        return False
    created = info.created.isoformat(timespec="seconds")
    return bool(created == described.get("created") and info.fingerprint == described.get("fingerprint"))


def _not_here(described: Mapping[str, Any]) -> NotThereError:
    return NotThereError(
        _("The run “{name}” that this picture was made with is not on this machine. Copy its folder into your runs folder "
          "and drop the picture again.").format(name=shown(str(described.get("name", "?")), 100))
    )  # fmt: skip
