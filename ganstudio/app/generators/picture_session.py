"""What every picture remembers of the generator that drew it, and how that is opened again. Main thread, no Qt.

Each workspace adds what is its own: it writes its state beside :func:`session_head`, and hands :func:`restorer` what
reads that state again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ganstudio.app.generators.sources import Opened, open_run
from ganstudio.app.generators.workplaces import WORKPLACES, bundled_path
from ganstudio.app.named import is_known
from ganstudio.core.elsewhere import NotThereError, shown
from ganstudio.core.errors import StoreError, StudioError, UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.picture_file import PROGRAM, VERSION

if TYPE_CHECKING:
    from ganstudio.app.generators.desk import Desk

D = TypeVar("D", bound="Desk")
Session = Mapping[str, Any]
"""Plain JSON values out of a picture; nothing in it is trusted."""
Change = Callable[[], object] | None
"""What puts a state back, all of it checked; None: there is nothing to put it back into."""
_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


def session_head(desk: Desk) -> dict[str, Any]:
    """Which program, workspace, generator and weights: plain JSON values, to which a workspace adds its own state.

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
    return head


def check_session(desk: Desk, session: Session) -> None:
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


def reopen(desk: Desk, session: Session, then: Callable[[], object], leave: Callable[[StudioError], object]) -> None:
    """Opens what a session was saved from, at its step where that is stored. Everything is looked at in jobs.

    What it names is only a claim: a run of the runs folder, or one that comes with the program, is opened by itself, and
    so is what a person has opened here before. For all else the person is asked.

    Args:
        desk: the workspace's.
        session: what was saved.
        then: puts the state back, once it is open.
        leave: told why it is not opened.
    """
    described, text = session.get("run"), str(session.get("path", ""))
    if not isinstance(described, Mapping):
        question = _("The picture says that it was made with this generator file, which was never opened here. Open it only "
                     "if you know where it comes from.")  # fmt: skip
        desk.studio.open_named(text, question, lambda file: desk.open_file(file, then), leave)
        return

    def go_on(path: Path) -> None:
        title, device = _("Opening {name}").format(name=path.name), desk.device
        desk.open_by(title, lambda _cancel: _open_described(path, described, session, device), then)

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


def restorer(read: Callable[[D, Session], Change], damaged: str) -> Callable[[D, Session], None]:
    """A workspace's way back to where a picture was saved.

    Args:
        read: checks all of a session, once the generator is open; what it returns then changes everything at once. It may
            raise what reading any JSON raises.
        damaged: what is said where the session makes no sense.
    """

    def change_of(desk: D, session: Session) -> Change:
        try:
            return read(desk, session)
        except _DAMAGED as error:
            raise UsageError(damaged, details=repr(error)) from error

    def restore(desk: D, session: Session) -> None:
        """Opens what a session was saved from and puts everything back; what fails is reported, and nothing changes.

        Where a person did not want it opened, or it must not be, its state is put into what is open, if it fits.

        Raises:
            UsageError: it is no session of this workspace.
        """
        check_session(desk, session)

        def put() -> None:
            try:
                change = change_of(desk, session)
            except StudioError as error:
                desk.studio.report(error)
                return
            if change is not None:
                change()
                tell_other_step(desk, session)

        def leave(error: StudioError) -> None:
            change, words = None, ""
            if desk.opened is not None and not isinstance(error, NotThereError):
                with suppress(StudioError):  # it does not fit
                    change = change_of(desk, session)
            if change is not None and desk.opened is not None:
                change()
                words = _("{why} The state of the picture was put into “{title}”, which is open.")
                words = words.format(why=error, title=desk.opened.title)
            desk.studio.report(error, words)

        reopen(desk, session, put, leave)

    return restore


def tell_other_step(desk: Desk, session: Session) -> None:
    """Says so where the checkpoint that drew the picture is not stored any more."""
    if isinstance(session.get("step"), int) and session["step"] != desk.step:
        text = _("There is no checkpoint of step {step}, with which this picture was drawn; step {other} is shown.")
        desk.studio.notifications.info(text.format(step=f"{session['step']:,}", other=f"{desk.step:,}"))


def find_run(described: Mapping[str, Any], text: str, known: Mapping[str, str]) -> Path | None:
    """The run that is described: where it was if that is known, or in the runs folder, or one that comes with the program.

    Reads small files: for a job.

    Args:
        described: what a session says of it.
        text: where the session says that it was; not looked at where it is not known.
        known: :attr:`SettingsStore.known`.
    """
    from ganstudio.store import list_runs

    shipped = [place for name in WORKPLACES if (place := bundled_path(name)) is not None]
    kept = [run.path for run in list_runs() if not run.path.is_symlink()]
    there = [Path(text)] if is_known(text, known) else []
    places = [*there, *sorted([*shipped, *kept], key=lambda place: str(place) != text)]
    return next((place for place in places if _is_described(place, described)), None)


def _is_described(place: Path, described: Mapping[str, Any]) -> bool:
    from ganstudio.store import Run

    try:
        info = Run.open(place).info
    except StoreError:
        return False
    created = info.created.isoformat(timespec="seconds")
    return bool(created == described.get("created") and info.fingerprint == described.get("fingerprint"))


def _open_described(path: Path, described: Mapping[str, Any], session: Session, device: str) -> Opened:
    from ganstudio.store import Run

    if not _is_described(path, described):
        raise _not_here(described)
    step = session.get("step")
    stored = isinstance(step, int) and step in Run.open(path).checkpoint_steps()
    return open_run(path, step if stored else None, "raw" if session.get("weights") == "raw" else "ema", device)


def _not_here(described: Mapping[str, Any]) -> NotThereError:
    return NotThereError(
        _("The run “{name}” that this picture was made with is not on this machine. Copy its folder into your runs folder "
          "and drop the picture again.").format(name=shown(str(described.get("name", "?")), 100))
    )  # fmt: skip
