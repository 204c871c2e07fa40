"""The Train workspace: gallery first, then the form beside the run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from ganstudio.app.budget import Budget
from ganstudio.app.gallery import card_pictures, gallery_card, missing_downloads
from ganstudio.app.generators.workplaces import WORKPLACES
from ganstudio.app.help import WORDS, pages
from ganstudio.app.history import History
from ganstudio.app.runs.library import newest_samples
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.studio import Studio
from ganstudio.core.errors import StudioError
from ganstudio.core.experiment import Experiment
from ganstudio.core.i18n import _
from ganstudio.store import Run
from ganstudio.ui.experiment import ExperimentPanel
from ganstudio.ui.experiment.panel import Mode
from ganstudio.ui.gallery import GalleryPage
from ganstudio.ui.kit.errors import EmptyState
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.page import Page
from ganstudio.ui.kit.parts import boxed, push_button, restore_splitter, split, stacked, state_of
from ganstudio.ui.kit.words import state_text
from ganstudio.ui.train.data_jobs import DataJobs

if TYPE_CHECKING:
    from ganstudio.ui.kit.reader import Reader
    from ganstudio.ui.train.run_view import RunView

PANEL_WIDTH = 304
COLUMNS = "train/bench"
RECENT_RUNS = 8


class TrainWorkspace(Page):
    """Gallery, experiment form, run.

    Signals:
        explore_requested: the generator of the run that is looked at is to be used (a :class:`RunModel`).
        sample_requested: a sample of it is to be explored: a :class:`RunModel`, a step or None, its place on the wall.
        bundled_requested: the run that comes with the program is to be used in this workspace (its id).
        asked_for: the gallery or the form is to be seen, from wherever that was asked.
    """

    explore_requested = Signal(object)
    sample_requested = Signal(object, object, int)
    bundled_requested = Signal(str)
    asked_for = Signal()

    def __init__(self, studio: Studio, binder: ActionBinder, budget: Budget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio, self._binder, self._budget = studio, binder, budget
        self._run_view: RunView | None = None
        self._total = 0  # steps of the run as the form says them
        self.gallery = GalleryPage()
        self.panel = ExperimentPanel(studio.draft, studio.forecasts)
        self.data = DataJobs(studio, self.panel)
        self._lay_out()
        self.restore_layout()
        self._listen()
        self._fill_recent()
        self._catalogue_ready()  # where torch is loaded already; else it tells

    def _lay_out(self) -> None:
        tip = _("All ready experiments; what trains goes on")
        back = push_button(_("Gallery"), "back", tip, clicked=self.show_gallery, quiet=True)
        back.setAccessibleName(_("Back to the gallery"))
        left = QWidget()
        boxed(boxed(back, None, across=True, margins=(8, 8, 8, 0)), self.panel, into=left, stretch=self.panel)
        words = _("Choose method and data on the left, then press Start: samples, curves and a verdict.")
        self._empty = EmptyState("train", _("Your experiment appears here"), words)
        self._right = stacked(self._empty)
        self.columns = split(left, self._right, stretch=(0, 1))
        self.pages = stacked(self.gallery, self.columns)
        boxed(self.pages, into=self)

    def _listen(self) -> None:
        gallery, panel, studio = self.gallery, self.panel, self._studio
        gallery.experiment_chosen.connect(self.start_card)
        gallery.customise.connect(self.customise_card)
        gallery.new_experiment.connect(self.new_experiment)
        gallery.run_chosen.connect(lambda path: studio.open_run(Path(path)))
        panel.start_requested.connect(self.start)
        panel.live_value_edited.connect(self._set_live)
        panel.extend_requested.connect(self._extend)
        panel.rename_requested.connect(self._rename)
        panel.duplicate_requested.connect(lambda: self.duplicate())
        panel.help_requested.connect(self.show_help)
        listen(
            self,
            (studio.current_changed, self._current_changed),
            (studio.opened, self._runs_changed),
            (studio.library_changed, self._fill_recent),
            (studio.catalogue_ready, self._catalogue_ready),
            (studio.forecasts.changed, self._show_times),
            (studio.draft.history.changed, studio.actions.refresh),
        )

    # -- gallery ----------------------------------------------------------------------------------------------------

    def _catalogue_ready(self) -> None:
        catalogue = self._studio.catalogue
        if catalogue is None:
            return
        self.panel.set_devices(self._studio.devices)
        self.panel.set_catalogue(catalogue)
        self.gallery.set_methods(catalogue.methods)
        self._show_times()
        self.gallery.set_missing(missing_downloads(lambda name: catalogue.dataset(name).available))
        drawing = self._studio.jobs.start(_("Drawing the gallery"), lambda _progress, _cancel: card_pictures())
        drawing.on_done(self._show_cards)

    def _show_cards(self, pictures: dict[str, Any]) -> None:
        for card, picture in pictures.items():
            self.gallery.set_picture(card, picture)

    def _show_times(self) -> None:
        self.gallery.set_times(self._studio.forecasts.of_cards(self._studio.rate_scale))

    def _fill_recent(self) -> None:
        paths = [Path(path) for path in self._studio.settings.remembered.recent_runs[:RECENT_RUNS]]
        states = {model.path: model.state for model in self._studio.runs}

        def work(_progress: Any, _cancel: Any) -> list[Any]:
            rows = []
            for path in paths:
                with suppress(StudioError):  # deleted or moved since
                    run = Run.open(path)
                    info, state = run.info, states.get(path) or run.status().state
                    rows.append((str(path), info.name, state_text(state), newest_samples(run), info.spec.extent))
            return rows

        self._studio.jobs.start(_("Looking for recent runs"), work).on_done(self.gallery.recent.set_recent)

    def show_gallery(self) -> None:
        """The ready experiments; what trains goes on."""
        with self._keeping_focus():
            self._studio.look_at(None)
            self.pages.setCurrentWidget(self.gallery)
        self._fill_recent()
        self.asked_for.emit()

    def start_card(self, card_id: str) -> None:
        """Starts a ready experiment, after asking for a drawing, a folder or a download where it needs one.

        One that was trained beforehand is explored, painted with or translated with instead.
        """
        card = gallery_card(card_id)
        if card.opens in WORKPLACES:
            self.bundled_requested.emit(card.opens)
            return
        self._studio.when_ready(lambda: self._start_card(card_id))
        if self._studio.catalogue is None:
            words = _("Starting “{title}” as soon as torch is loaded…").format(title=card.title)
            self._studio.notifications.info(words)

    def _start_card(self, card_id: str) -> None:
        card, catalogue = gallery_card(card_id), self._studio.catalogue
        assert catalogue is not None
        missing = bool(card.needs) and not catalogue.dataset(card.needs).available
        if card.opens == "run" and not missing:
            self._studio.draft.replace(card.experiment, card.title)
            self.start(card.experiment)
            return
        self.customise_card(card_id)
        if card.opens == "drawing":
            self.data.draw(then=self.panel.start.click)
        elif card.opens == "folder":
            self.data.choose_folder()
        else:
            self.data.download(card.needs)

    def customise_card(self, card_id: str) -> None:
        """Puts a ready experiment into the form."""
        card = gallery_card(card_id)
        self._studio.draft.replace(card.experiment, card.title)
        self.new_experiment()

    def new_experiment(self) -> None:
        """The form, to be filled: from its first choice on."""
        self._studio.look_at(None)
        self.panel.set_mode("draft")
        self._right.setCurrentWidget(self._empty)
        self.pages.setCurrentWidget(self.columns)
        self.asked_for.emit()
        self.panel.method.combo.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # -- runs -------------------------------------------------------------------------------------------------------

    @property
    def run_view(self) -> RunView:
        """The view of the present run; made when the first run is opened, since it brings the plots."""
        if self._run_view is None:
            from ganstudio.ui.train.run_view import RunView

            view = self._run_view = RunView(self._studio, self._binder, self._budget)
            view.place_requested.connect(self._ask_place)
            view.duplicate_requested.connect(self.duplicate)
            view.stage.sample_chosen.connect(self.sample_requested)
            self._right.addWidget(view)
            QTimer.singleShot(0, view, view.restore_layout)  # once it has its size
        return self._run_view

    def go_to(self, step: int) -> None:
        """Shows the samples of the step of the run that is looked at."""
        self.run_view.stage.go_to(step)

    def start(self, experiment: Experiment) -> None:
        """Starts a new run."""
        self._studio.start(experiment)

    def _current_changed(self) -> None:
        model = self._studio.current
        if model is None:
            if self._right.currentWidget() is not self._empty:
                self._right.setCurrentWidget(self._empty)
                self.panel.set_mode("draft")
            return
        with self._keeping_focus():
            self.run_view.set_run(model)
            self._right.setCurrentWidget(self.run_view)
            self.pages.setCurrentWidget(self.columns)
            self._show_form(model)
        self.run_view.set_others()

    @contextmanager
    def _keeping_focus(self) -> Iterator[None]:
        """What had the keyboard may go out of sight meanwhile; then the page takes it, not the window's next button."""
        before, page = self._has_keyboard(), self.pages.currentWidget()
        yield
        now = self.columns if self.pages.currentWidget() is self.columns else self.gallery
        opened = now is self.columns is not page  # no ring on its first button either
        if before and (opened or not self._has_keyboard()):
            now.setFocus()

    def _has_keyboard(self) -> bool:
        focus = self.window().focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def _runs_changed(self, model: RunModel) -> None:
        model.changed.connect(self._run_changed)
        if self._run_view is not None:
            self._run_view.set_others()

    def _run_changed(self, aspects: frozenset[str]) -> None:
        if "state" in aspects:
            self._fill_recent()
        model = self._studio.current
        if model is not None and (aspects & {"state", "hyper", "name"} or model.total != self._total):
            self._show_form(model)
        if "missing" in aspects:
            self._ask_place()
        if aspects & {"state", "name"}:
            self._studio.actions.refresh()
            if self._run_view is not None:
                self._run_view.set_others()
            if self.pages.currentWidget() is self.gallery:
                self._fill_recent()

    def _ask_place(self) -> None:
        """The run that is looked at waits for data that lie elsewhere now."""
        model = self._studio.current
        if model is not None and model.waits_for_data:
            self.data.ask_place(model)

    def _show_form(self, model: RunModel) -> None:
        if self._right.currentWidget() is self._run_view:
            self._total = model.total
            here: Mode = "paused" if model.state == "paused" else "running"
            mode: Mode = here if model.here else "elsewhere" if model.live else "finished"
            steps = model.goal if model.aimed else model.total
            with self._keeping_focus():
                self.panel.show_run(model.experiment.with_(steps=steps), mode, model.key)
            if model.path is None:
                self.panel.run_form.row("name").set_locked(_("The run is only being prepared."))

    def _set_live(self, name: str, value: Any) -> None:
        if self._studio.current is not None:
            self._studio.current.set_hyper(name, value)

    def _extend(self, steps: int) -> None:
        model = self._studio.current
        if model is None:
            return
        if steps <= model.step:
            words = _("It is at step {done} already: “Steps” has to be more.").format(done=f"{model.step:,}")
            self.panel.run_form.set_error("steps", words)
        elif model.here:
            self._studio.extend(model, steps, lambda: self._show_form(model))
        else:
            model.aim(steps)

    def _rename(self, name: str) -> None:
        model = self._studio.current
        if model is None or model.path is None or not name:
            self._current_changed()  # a run has a name: the one it had
        else:
            self._studio.rename(model.path, name)

    def show_help(self, method: str = "", setting: str = "") -> None:
        """The page of a method (that of the form or the run, and the setting that has the keyboard, where empty)."""
        method, setting = method or self.panel.experiment.method, setting or self.panel.asked_about
        self._studio.when_ready(lambda: self._help.show_page(method, setting))

    def show_glossary(self) -> None:
        """The words of the field."""
        self._studio.when_ready(lambda: self._help.show_page(WORDS))

    @cached_property
    def _help(self) -> Reader:
        from ganstudio.ui.kit.reader import Reader

        assert self._studio.catalogue is not None  # it is ready
        return Reader(_("Methods and words"), pages(self._studio.catalogue.methods), self.window())

    def duplicate(self, changed: Experiment | None = None) -> None:
        """The run's experiment (or what is tried instead) in the form, to be changed and started as a new run."""
        model = self._studio.current
        if model is not None:
            self._studio.duplicate(model, changed)
            self.new_experiment()

    def explore(self) -> None:
        """Asks for the run's generator in its workspace: Explore, Paint or Translate."""
        if self._studio.current is not None:
            self.explore_requested.emit(self._studio.current)

    @property
    def subject(self) -> str:
        """The run that is looked at, and what it does unless it trains."""
        model = self._studio.current
        if model is None or self._run_view is None or not self._run_view.isVisible():
            return ""
        if model.state == "training":
            return model.title
        return _("{run} ({state})").format(run=model.title, state=state_text(model.state))

    @property
    def page_history(self) -> History:
        """Of the form."""
        return self._studio.draft.history

    # -- layout -----------------------------------------------------------------------------------------------------

    def end(self) -> None:
        """The window goes: remembers what a person has arranged."""
        self._studio.settings.remember_layout(COLUMNS, state_of(self.columns))
        if self._run_view is not None:
            self._run_view.end()

    def restore_layout(self) -> None:
        """Arranges everything as it was; as at first where nothing is remembered."""
        if not restore_splitter(self.columns, self._studio.settings.layout(COLUMNS)):
            self.columns.setSizes([PANEL_WIDTH, max(1000, self.width() - PANEL_WIDTH)])
        if self._run_view is not None:
            self._run_view.restore_layout()

    def refresh(self) -> None:
        """Called by the window's one timer."""
        if self._run_view is not None and self._right.currentWidget() is self._run_view:
            self._run_view.refresh()
