"""A run while it learns: pictures, curves, health, and the strip of controls above them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ganstudio.app.budget import Budget
from ganstudio.app.runs.health.remedies import Remedy
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.runs.schedules import stands_still
from ganstudio.app.studio import Studio
from ganstudio.core.curves import Mark
from ganstudio.core.fields import value_text
from ganstudio.core.i18n import _
from ganstudio.core.series import SeriesTable
from ganstudio.ui.kit.errors import ErrorBanner
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.parts import boxed, line, restore_splitter, split, state_of
from ganstudio.ui.plots.curves import CurvesPanel
from ganstudio.ui.train.actions import role_actions
from ganstudio.ui.train.health import HealthPanel
from ganstudio.ui.train.run_bar import RunBar
from ganstudio.ui.train.stage import Stage

VIEWS = {
    "pictures": frozenset({"real", "samples", "scene", "timeline", "marks", "state", "progress", "name"}),
    "curves": frozenset({"curves", "marks", "state"}),
    "numbers": frozenset(
        {"state", "progress", "curves", "samples", "real", "marks", "notes", "name", "hyper", "roles", "missing"}
    ),
}
"""What is drawn apart from the rest, and which aspects of a run it shows (see :class:`RunModel`)."""
SIZES = (420, 280)  # pictures, curves; in proportion
LAYOUT = "train/run"
NARROW = 820  # pixels below which the health column gives way


class RunView(QWidget):
    """Everything about the run that is looked at.

    Signals:
        place_requested: the data of the run are missing, and the person wants to say where they lie now.
        duplicate_requested: an experiment is to be tried instead of the run (an :class:`Experiment`).
    """

    place_requested = Signal()
    duplicate_requested = Signal(object)

    def __init__(self, studio: Studio, binder: ActionBinder, budget: Budget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio, self._budget = studio, budget
        self._model: RunModel | None = None
        self._compared = ""
        self._warned = False  # the banner tells a note: it stays until it is closed, whatever the run does
        self._overlaid: dict[str, SeriesTable] = {}
        self._stale: dict[str, set[str]] = {view: set() for view in VIEWS}
        self.bar = RunBar(binder, partial(role_actions, studio))
        self.banner, self.stage = ErrorBanner(), Stage()
        self.curves, self.health = CurvesPanel(), HealthPanel()
        self.splitter = split(self.stage, self.curves, stretch=(3, 2), down=True, sizes=SIZES)
        usual = self.curves.save_state()
        self._usual = {**usual, "heights": dict.fromkeys(usual["heights"], SIZES[1])}
        self._side_line = line(horizontal=False)
        middle = boxed(self.splitter, self._side_line, self.health, across=True, stretch=self.splitter)
        boxed(self.bar, line(), self.banner, middle, into=self, stretch=middle)
        self.bar.train_only.connect(lambda role: self._model and self._model.train_only(role or None))
        self.bar.compare.connect(self._compare)
        self.stage.source_chosen.connect(self._choose_source)
        self.stage.step_shown.connect(self._look_at)
        self.curves.step_picked.connect(self.stage.go_to)
        self.health.step_asked.connect(self._go_back)
        self.health.remedy_chosen.connect(self._treat)

    # -- which run --------------------------------------------------------------------------------------------------

    def set_run(self, model: RunModel) -> None:
        """Looks at another run."""
        if self._model is not None:
            self._model.changed.disconnect(self._changed)
        self._model = model
        model.changed.connect(self._changed)
        self._compared, self._overlaid, self._warned = "", {}, False
        self.curves.set_comparison("", None)
        self.curves.set_tables(model.tables)
        self.stage.set_run(model)
        self._stale = {view: set(aspects) for view, aspects in VIEWS.items()}
        self._stale["pictures"].clear()
        self.refresh(at_once=True)

    def _changed(self, aspects: frozenset[str]) -> None:
        for view, stale in self._stale.items():
            stale |= aspects & VIEWS[view]
        if aspects & {"state", "roles"}:
            self.refresh(at_once=True)

    def refresh(self, *, at_once: bool = False) -> None:
        """Redraws what is stale and due; called by the window's one timer, ``at_once`` for what a person waits for."""
        model = self._model
        if model is None or not (self.isVisible() or at_once):
            return
        if self._compared:
            self._stale["curves"].add("curves")  # the other run may have gone on
        curves, numbers = partial(self._draw_curves, model), partial(self._draw_numbers, model)
        draws: tuple[Callable[[frozenset[str]], None], ...] = self.stage.refresh, curves, numbers
        for view, draw in zip(VIEWS, draws, strict=True):
            stale = frozenset(self._stale[view])
            if stale and (at_once or self._budget.due(view)):
                self._stale[view].clear()
                with self._budget.drawing(view):
                    draw(stale)

    def _draw_curves(self, model: RunModel, stale: frozenset[str]) -> None:
        if "marks" in stale:
            self.curves.set_marks(self._marks(model))
        if dict(self.curves.tables) != model.tables:  # another run, or it has begun to measure more
            self.curves.set_tables(model.tables)
        self._show_comparison()
        self.curves.refresh()

    def _draw_numbers(self, model: RunModel, stale: frozenset[str]) -> None:
        self.bar.set_run(model)
        self._judge(model)
        if stale & {"state", "notes"}:
            self._show_message(model)

    def _judge(self, model: RunModel) -> None:
        """What is said beside the picture is about that picture, and the legends of the curves say the same."""
        shown = self.stage.shown
        catalogue = self._studio.catalogue
        methods, whole = () if catalogue is None else catalogue.methods, self._studio.keep.newest
        self.health.set_run(model, shown, self.stage.follows, methods, whole)
        self.curves.read_now(**({} if shown is None else {"quality": shown.step}))
        self._fit()

    def _look_at(self, step: int | None) -> None:
        self.curves.set_cursor_step(step)
        if self._model is not None:
            self._judge(self._model)

    def set_others(self) -> None:
        """The list of runs to compare with has changed."""
        others = [(model.key, model.title) for model in self._studio.runs if model is not self._model]
        self.bar.set_others(others, self._compared)

    # -- what a person asks for -------------------------------------------------------------------------------------

    def _choose_source(self, source: str) -> None:
        if self._model is not None:
            self._model.show(source)  # type: ignore[arg-type]
            self._budget.hurry("pictures")

    def _go_back(self, step: int) -> None:
        self.stage.timeline.setFocus()  # what was pressed is not there at that step
        self.stage.go_to(step)

    def _treat(self, remedy: Remedy) -> None:
        if self._model is not None and remedy.experiment is not None:
            self.duplicate_requested.emit(remedy.experiment)
        elif self._model is not None:
            self._studio.treat(self._model, remedy)

    def _compare(self, key: str) -> None:
        self._compared = key
        self._show_comparison()
        self.set_others()

    def _show_comparison(self) -> None:
        """Lays the other run's curves over these; it may have begun to measure more, or be closed by now."""
        other = next((model for model in self._studio.runs if self._compared and model.key == self._compared), None)
        tables = dict(other.tables) if other is not None else {}
        if tables != self._overlaid:
            self._overlaid = tables
            self.curves.set_comparison(other.title if other is not None else "", tables or None)

    # -- what the run says ------------------------------------------------------------------------------------------

    def _marks(self, model: RunModel) -> list[Mark]:
        catalogue, method = self._studio.catalogue, model.experiment.method
        marks = []
        for at in model.changes:
            name, tell = at.name, value_text
            if catalogue is not None:
                name, tell = catalogue.setting_title(method, at.name), partial(catalogue.setting_text, method, at.name)
            text = _("{name}: {old} → {new}").format(name=name, old=tell(at.old), new=tell(at.new))
            marks.append(Mark(at.step, model.seconds_at(at.step), "hyper", text))
        saved = _("checkpoint {step}")
        if model.best is not None:
            text = _("best: {best}").format(best=model.best_text)
            marks.append(Mark(model.best, model.seconds_at(model.best), "best", text))
        return marks + [
            Mark(step, model.seconds_at(step), "checkpoint", saved.format(step=f"{step:,}"))
            for step in model.checkpoints
            if step != model.best
        ]

    def _show_message(self, model: RunModel) -> None:
        if (model.waits_for_data or model.state in ("failed", "paused", "interrupted")) and model.message:
            action, run = self._remedy(model)
            self.banner.show_error(
                model.message, "", model.details, action, run, "error" if model.state == "failed" else "warning"
            )
            self._warned = False
            return
        urgent = [note for note in model.notes if note.level != "info"]  # the rest stands in the list of runs
        if urgent:
            self.banner.show_error(urgent[-1].text, details=urgent[-1].details, level=urgent[-1].level)
            model.notes.clear()
            self._warned = True
        elif not self._warned:
            self.banner.clear()

    def _remedy(self, model: RunModel) -> tuple[str, Callable[[], object] | None]:
        """What would mend it: the label of a button, and what the button does."""
        if model.waits_for_data:
            return _("Choose where the data are…"), self.place_requested.emit
        if model.diverged and model.here and model.checkpoints:
            return _("Go back, halve the learning rates"), model.go_back
        if model.here and stands_still(model.experiment.hyper, model.step):
            return _("Go on…"), lambda: self._studio.resume(model)
        return "", None

    # -- layout -----------------------------------------------------------------------------------------------------

    def end(self) -> None:
        """The window goes: remembers what a person has arranged."""
        self.stage.end()
        settings = self._studio.settings
        settings.remember_layout(f"{LAYOUT}/splitter", state_of(self.splitter))
        settings.remember_layout(f"{LAYOUT}/curves", json.dumps(self.curves.save_state()))

    def restore_layout(self) -> None:
        """Arranges everything as it was; as at first where nothing is remembered."""
        settings = self._studio.settings
        if not restore_splitter(self.splitter, settings.layout(f"{LAYOUT}/splitter")):
            self.splitter.setSizes(list(SIZES))
        stored = settings.layout(f"{LAYOUT}/curves")
        try:
            self.curves.restore_state(json.loads(stored) if stored else self._usual)
        except (ValueError, TypeError, AttributeError):
            self.curves.restore_state(self._usual)  # somebody edited the settings by hand

    def _fit(self) -> None:
        """A narrow window shows pictures and curves first, and of the health the word."""
        wide = self.width() >= NARROW
        self.health.setVisible(wide)
        self._side_line.setVisible(wide)
        self.stage.set_verdict("" if wide else self.health.word)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See :meth:`_fit`."""
        self._fit()
        super().resizeEvent(event)
