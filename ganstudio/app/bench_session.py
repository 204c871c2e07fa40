"""What every picture remembers of the generator that drew it, and how that is opened again. Main thread, no Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganstudio.app.workplaces import WORKPLACES, bundled_path
from ganstudio.core.errors import StoreError, StudioError, UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.picture_file import PROGRAM, VERSION

if TYPE_CHECKING:
    from ganstudio.app.workbench import Workbench


def session_head(bench: Workbench) -> dict[str, Any]:
    """Which program, workspace, generator and weights: plain JSON values, to which a workspace adds its own state.

    Raises:
        UsageError: nothing is open.
    """
    opened = bench.opened
    if opened is None:
        raise UsageError(_("Nothing is open to be saved."))
    head: dict[str, Any] = {
        "program": PROGRAM,
        "version": VERSION,
        "release": metadata.version("ganstudio"),
        "kind": bench.place,
        "title": opened.title,
        "path": str(opened.path or ""),
        "step": bench.step,
        "weights": bench.weights,
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


def check_session(bench: Workbench, session: Mapping[str, Any]) -> None:
    """Nothing in a session is trusted.

    Raises:
        UsageError: it is no session of this workspace, or of a newer program.
    """
    if session.get("program") != PROGRAM or session.get("kind") != bench.place:
        sentences = {
            "explore": _("This picture was not saved by ganstudio’s explorer; it can be projected instead."),
            "paint": _("This picture was not saved by ganstudio’s painter; it can be opened as a label map."),
            "translate": _("This picture was not saved by ganstudio’s translator; it can be translated instead."),
        }
        raise UsageError(sentences[bench.place])
    if not isinstance(session.get("version"), int) or session["version"] > VERSION:
        raise UsageError(_("This picture was saved by a newer ganstudio; update the program to open it."))


def reopen(bench: Workbench, session: Mapping[str, Any], then: Callable[[], object]) -> None:
    """Opens what a session was saved from, at its step where that is stored; ``then`` puts the state back.

    Raises:
        UsageError: what it was saved from is not on this machine.
    """
    described = session.get("run")
    if isinstance(described, Mapping):
        path = find_run(described, Path(str(session.get("path", ""))))
        if path is None:
            raise UsageError(
                _("The run “{name}” that this picture was made with is not on this machine. Copy its folder into your "
                  "runs folder and drop the picture again.").format(name=described.get("name", "?"))
            )  # fmt: skip
        bench.open_run(path, _step_there(path, session), "raw" if session.get("weights") == "raw" else "ema", then)
        return
    file = Path(str(session.get("path", "")))
    if not file.is_file():
        raise UsageError(_("The generator file {path} is not there any more.").format(path=file))
    bench.open_file(file, then)


def bring_back(
    bench: Workbench,
    session: Mapping[str, Any],
    read: Callable[[Mapping[str, Any]], Callable[[], object] | None],
    damaged: str,
) -> None:
    """Opens what a session was saved from and puts everything back; what fails is reported, and nothing changes.

    Args:
        bench: the workspace's.
        session: nothing in it is trusted.
        read: checks all of the session, once the generator is open; what it returns then changes everything at once.
            It may raise what reading any JSON raises. None: there is nothing to put it back into.
        damaged: what is said where the session makes no sense.

    Raises:
        UsageError: it is no session of this workspace, or what it was saved from is not on this machine.
    """
    check_session(bench, session)

    def put() -> None:
        try:
            change = read(session)
        except StudioError as error:
            bench.studio.report(error)
            return
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            bench.studio.report(UsageError(damaged, details=repr(error)))
            return
        if change is not None:
            change()
            tell_other_step(bench, session)

    reopen(bench, session, put)


def tell_other_step(bench: Workbench, session: Mapping[str, Any]) -> None:
    """Says so where the checkpoint that drew the picture is not stored any more."""
    if isinstance(session.get("step"), int) and session["step"] != bench.step:
        bench.studio.notifications.info(
            _(
                "There is no checkpoint of step {step}, with which this picture was drawn; step {other} is shown."
            ).format(step=f"{session['step']:,}", other=f"{bench.step:,}")
        )


def find_run(described: Mapping[str, Any], path: Path) -> Path | None:
    """The run that is described: where it was, or anywhere in the runs folder, or one that comes with the program."""
    from ganstudio.store import Run, list_runs

    shipped = [place for name in WORKPLACES if (place := bundled_path(name)) is not None]
    for place in [path, *shipped, *(entry.path for entry in list_runs())]:
        try:
            info = Run.open(place).info
        except StoreError:
            continue
        created = info.created.isoformat(timespec="seconds")
        if created == described.get("created") and info.fingerprint == described.get("fingerprint"):
            return place
    return None


def _step_there(path: Path, session: Mapping[str, Any]) -> int | None:
    from ganstudio.store import Run

    step = session.get("step")
    return step if isinstance(step, int) and step in Run.open(path).checkpoint_steps() else None
