"""Where to choose which generator is open: runs that train, the ready one, recent ones, and files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QMenu

from ganstudio.app.generators.desk import Desk
from ganstudio.app.generators.workplaces import Workplace, bundled_name, bundled_path
from ganstudio.app.studio import Studio
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.store import Run, RunInfo, list_runs
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import filled_menu
from ganstudio.ui.kit.word_button import WordButton
from ganstudio.ui.kit.words import as_entry, step_text

MOST = 12
LONGEST = 40
WIDEST = 320
OPEN = ("file.open", "file.open-folder")
"""The window's own actions: what is chosen there is looked at."""


class SourceWords(NamedTuple):
    """Words of the bar that chooses a generator.

    Attributes:
        icon: of the workspace.
        open: what the button shows, for those who cannot see it.
        choose: what it says while nothing is open; ``choose_tip`` its tooltip.
        looking: the job that looks for runs.
        track: tooltip of the track of checkpoints.
        live: tooltip of the pill that follows a run in training.
    """

    icon: str
    open: str
    choose: str
    choose_tip: str
    looking: str
    track: str
    live: str


def source_words(place: Workplace) -> SourceWords:
    """The words of a workspace."""
    return {
        "explore": SourceWords(
            "explore",
            _("What is explored"),
            _("Choose what to explore"),
            _("Choose what to explore: a run that trains, a stored one, a file"),
            _("Looking for runs to explore"),
            _("Drag through the checkpoints; every control stays where it is. ←/→ one, Home and End"),
            _("Follow the run while it trains: the pictures improve, the controls stay"),
        ),
        "paint": SourceWords(
            "brush",
            _("What one paints with"),
            _("Choose what to paint with"),
            _("Choose what to paint with: a run that trains on label maps, or a stored one"),
            _("Looking for runs to paint with"),
            _("Drag through the checkpoints; the painting stays as it is. ←/→ one, Home and End"),
            _("Follow the run while it trains: the picture improves, the painting stays"),
        ),
        "translate": SourceWords(
            "translate",
            _("What translates"),
            _("Choose what translates"),
            _("Choose what translates: a run that trains on pairs, two piles or label maps, or a stored one"),
            _("Looking for runs that translate"),
            _("Drag through the checkpoints; the input stays as it is. ←/→ one, Home and End"),
            _("Follow the run while it trains: the output improves, the input stays"),
        ),
    }[place]


class RecentRun(NamedTuple):
    """A stored run with something to draw with."""

    path: Path
    name: str
    step: int


def recent_runs(remembered: tuple[str, ...], fits: Callable[[RunInfo], bool] = lambda _info: True) -> list[RecentRun]:
    """Runs with a checkpoint: those opened last, then the newest of the runs folder. Reads small files; for a job.

    Args:
        remembered: folders of runs that were opened last.
        fits: which runs are wanted.
    """
    found: dict[Path, RecentRun] = {}
    for path in [*map(Path, remembered), *(run.path for run in list_runs())]:
        if len(found) >= MOST:
            break
        try:
            run = Run.open(path)
            steps = run.checkpoint_steps() if fits(run.info) else []
        except StudioError:
            continue  # deleted or moved since
        if steps:
            found.setdefault(run.path.resolve(), RecentRun(run.path, run.info.name, steps[-1]))
    return list(found.values())


class SourceButton(WordButton):
    """The name of what is open; a click offers other generators that this workspace can drive.

    Args:
        desk: opens what is chosen.
        studio: knows the runs.
    """

    def __init__(self, desk: Desk, studio: Studio) -> None:
        super().__init__("")
        self._desk, self._studio = desk, studio
        self._words = source_words(desk.place)
        self._recent: list[RecentRun] = []
        self.setMaximumWidth(WIDEST)
        self.setAccessibleName(self._words.open)
        self.setIcon(icon(self._words.icon))
        self.setMenu(filled_menu(self, self._fill))
        self.show_name(self._words.choose)

    def show_name(self, name: str, tooltip: str = "") -> None:
        """Shows a name, elided where there is no room."""
        self.setToolTip(tooltip or self._words.choose_tip)
        self.setAccessibleDescription(name)
        self.setText(as_entry(name))

    def minimumSizeHint(self) -> QSize:
        """Room for the beginning of a name."""
        return QSize(140, super().minimumSizeHint().height())

    # -- the menu ---------------------------------------------------------------------------------------------------

    def look_for_runs(self) -> None:
        """Reads which stored runs there are, beside the window."""
        remembered, fits = self._studio.settings.remembered.recent_runs, self._desk.can_open
        look = self._studio.jobs.start(self._words.looking, lambda _progress, _cancel: recent_runs(remembered, fits))
        look.on_done(self._take)

    def _take(self, found: list[RecentRun]) -> None:
        self._recent = found

    def _fill(self, menu: QMenu) -> None:
        desk = self._desk
        here = None if desk.opened is None else desk.opened.path
        live = self._studio.training
        shown = [model for model in live if model.info is not None and desk.can_open(model.info)]
        if shown:
            self._head(menu, _("Training now"))
        for model in shown:
            self._entry(menu, model.title, step_text(model.step), "live", desk.following is model,
                        partial(desk.follow, model), _("Follow it: the pictures improve while you look"))  # fmt: skip
        bundled = bundled_path(desk.place)
        if bundled is not None:
            self._head(menu, _("Ready"))
            self._entry(menu, bundled_name(desk.place), "", self._words.icon, here == bundled, desk.open_bundled,
                        _("Comes with the program"))  # fmt: skip
        stored = [run for run in self._recent if run.path != bundled and all(run.path != model.path for model in live)]
        if stored:
            self._head(menu, _("Recent runs"))
        for run in stored:
            self._entry(menu, run.name, step_text(run.step), "", here == run.path,
                        partial(desk.open_run, run.path), str(run.path))  # fmt: skip
        menu.addSeparator()
        for action in (self._studio.actions[name] for name in OPEN if name in self._studio.actions):
            self._entry(menu, action.label, "", action.icon, False, action.run, action.help)

    @staticmethod
    def _head(menu: QMenu, text: str) -> None:
        if not menu.isEmpty():
            menu.addSeparator()
        menu.addAction(text).setEnabled(False)

    @staticmethod
    def _entry(
        menu: QMenu, text: str, beside: str, picture: str, chosen: bool, call: Callable[[], object], tip: str
    ) -> None:
        short = text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
        action = menu.addAction(as_entry(short) + (f"\t{beside}" if beside else ""))
        action.setToolTip(f"{text}\n{tip}" if short != text else tip)
        if chosen or picture:
            action.setIcon(icon("check" if chosen else picture))
        action.triggered.connect(lambda: call())

    def choose_folder(self) -> None:
        """Asks for a folder, e.g. that of a run, and opens what it is."""
        self._studio.actions.run("file.open-folder")
