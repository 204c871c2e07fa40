"""The studio: everything that is open, and everything that can be done with it. Main thread only, no Qt."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.app.actions import ActionTable
from ganstudio.app.drafts import ExperimentDraft
from ganstudio.app.forecasts import Forecasts
from ganstudio.app.generators.catalogue import Catalogue
from ganstudio.app.generators.sessions import new_session, resume_session
from ganstudio.app.jobs import Job, Jobs
from ganstudio.app.named import Answer, LeftAloneError, Question, check_data, look, training_refusal
from ganstudio.app.notifications import Notifications, notifications
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.runs.schedules import Changes, beyond_schedule, stands_still
from ganstudio.app.settings import SettingsStore, apply_folders
from ganstudio.core.elsewhere import shown
from ganstudio.core.errors import StudioError
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import of_run
from ganstudio.core.i18n import _
from ganstudio.core.names import free_name
from ganstudio.data.archives import clear_left_overs
from ganstudio.store import Keep, rename_run

if TYPE_CHECKING:
    from ganstudio.app.runs.health.remedies import Remedy
    from ganstudio.training.forecast import Costs


class Studio:
    """State of the program.

    Signals:
        catalogue_ready: methods and data sets are known (torch has been loaded).
        opened: a run was opened or started (the :class:`RunModel`).
        current_changed: another run is looked at, or none.
        library_changed: the runs on disk may have changed.

    Attributes:
        studies_at_work: names of the studies on which processes of this window work.
        ask: asks the person, and calls ``answer`` with what was decided; without a window nothing is ever allowed.
    """

    catalogue_ready = Signal()
    opened = Signal(object)
    current_changed = Signal()
    library_changed = Signal()

    def __init__(
        self,
        settings: SettingsStore | None = None,
        hub: Notifications = notifications,
        actions: ActionTable | None = None,
    ) -> None:
        self.settings = settings or SettingsStore()
        self.notifications = hub
        self.jobs = Jobs(report=self.report)
        self.actions = actions or ActionTable()
        self.catalogue: Catalogue | None = None
        self.devices: tuple[str, ...] = ("auto",)
        self.rate_scale = 1.0
        self.draft = ExperimentDraft.from_json(self.settings.remembered.draft)
        self.runs: list[RunModel] = []
        self.current: RunModel | None = None
        self.forecasts = Forecasts(self.jobs, self.settings, lambda: len(self.training))
        self.ask: Callable[[Question, Answer], object] = lambda _question, answer: answer(None)
        self.studies_at_work: Callable[[], list[str]] = list
        self._waiting: list[Callable[[], object]] = []
        self._trained: list[RunModel] = []
        apply_folders(self.settings.values)
        self.settings.changed.connect(self._setting_changed)

    def report(self, error: StudioError, words: str = "") -> None:
        """Shows an error that has no better place (or ``words`` for it); what a person has decided is none."""
        tell = self.notifications.info if isinstance(error, LeftAloneError) else self.notifications.error
        tell(words or str(error), error.details)

    def open_named(
        self, text: str, question: str, go_on: Callable[[Path], object], leave: Callable[[StudioError], object]
    ) -> None:
        """Looks at a path that a picture names, and goes on with it where it is known, or where the person says so.

        ``go_on`` opens it, with the checks that anything is opened with; ``leave`` is told why it is not opened:
        :class:`LeftAloneError` where the person did not want it.
        """
        known, path = self.settings.known, Path(text)

        def decided(yes: bool | None) -> None:
            if yes:
                go_on(path)
            else:
                leave(LeftAloneError(_("“{path}” was left alone.").format(path=shown(text, 200))))

        def looked(was_opened: bool) -> None:
            if was_opened:
                go_on(path)
            else:
                title, yes, no = _("Open what a picture names?"), _("Open"), _("Leave it")
                self.ask(Question(title, question, shown(text), [(yes, True)], no, careful=True), decided)

        title = _("Looking for {name}").format(name=shown(path.name or text, 80))
        self.jobs.start(title, lambda _progress, _cancel: look(text, known)).on_done(looked).on_error(leave)

    # -- torch and the catalogue ------------------------------------------------------------------------------------

    def load_catalogue(self) -> None:
        """Loads torch and the methods behind the window; what waits for them (:meth:`when_ready`) goes on then."""

        def work(progress: object, cancel: object) -> tuple[Catalogue, tuple[str, ...], float, Costs]:
            from ganstudio.app.gallery import GALLERY
            from ganstudio.training.device import available_devices, speed_factor, use_threads

            catalogue = Catalogue()
            use_threads(self.settings.values.cpu_threads, beside_window=True)
            costs = self.forecasts.load([card.experiment for card in GALLERY])
            return catalogue, available_devices(), speed_factor(), costs

        def ready(found: tuple[Catalogue, tuple[str, ...], float, Costs]) -> None:
            self.catalogue, devices, self.rate_scale, costs = found
            self.forecasts.ready(costs, self.catalogue)
            self.devices = ("auto", *devices)
            self.catalogue_ready.emit()
            waiting, self._waiting = self._waiting, []
            for call in waiting:
                call()

        self.jobs.start(_("Loading the methods"), work).on_done(ready)
        self.jobs.start(_("Removing what was left half-written"), lambda _progress, _cancel: clear_left_overs())

    def when_ready(self, call: Callable[[], object]) -> None:
        """Calls now, or as soon as the catalogue is there."""
        if self.catalogue is not None:
            call()
        else:
            self._waiting.append(call)

    def _setting_changed(self, name: str, value: object) -> None:
        if name == "inception":
            apply_folders(self.settings.values)
        elif name in ("data_folder", "runs_folder"):
            apply_folders(self.settings.values)
            if self.catalogue is not None:
                self.catalogue.refresh()
                self.catalogue_ready.emit()
            self.library_changed.emit()
        elif name == "cpu_threads" and self.catalogue is not None:
            from ganstudio.training.device import use_threads

            use_threads(self.settings.values.cpu_threads, beside_window=True)

    # -- runs -------------------------------------------------------------------------------------------------------

    @property
    def keep(self) -> Keep:
        """What stays of a run's old checkpoints and grids, as the settings say."""
        return Keep(*self.settings.values.keeps)

    def start(self, experiment: Experiment, *, paused: bool = False) -> RunModel | None:
        """Starts a run and looks at it; a refusal is reported, and None is returned.

        An experiment that leaves the device open trains on the one that the settings name.
        """
        if experiment.device == "auto":
            experiment = experiment.with_(device=self.settings.values.device)
        try:
            cost = self.forecasts.cost(experiment)
            session = new_session(experiment, paused=paused, keep=self.keep, expected=cost.step if cost else 0.0)
        except StudioError as error:
            self.report(error)
            return None
        try:
            check_data(experiment.data)
        except StudioError:  # on another computer, say: this person wants it, and may see it again
            self.settings.add_opened(experiment.data, experiment.data)
        session.start()
        model = RunModel(session.experiment)
        model.attach(session)
        self.draft.name_is_taken(experiment.name)
        return self._open(model)

    def open_run(self, path: Path) -> RunModel | None:
        """Opens a stored run (or one that is open already) and looks at it; a refusal is reported."""
        for model in self.runs:
            if model.path is not None and _same_folder(model.path, Path(path)):
                self.look_at(model)
                return model
        try:
            model = RunModel.of_folder(Path(path))
        except StudioError as error:
            self.report(error)
            return None
        return self._open(model)

    def _open(self, model: RunModel) -> RunModel:
        self.runs.append(model)
        self.opened.emit(model)
        self.look_at(model)
        if model.path is not None:
            self.settings.add_recent(model.path)
        self.library_changed.emit()
        return model

    def look_at(self, model: RunModel | None) -> None:
        """Makes a run the one that is looked at; only that one draws samples for a watcher."""
        if self.current is model:
            return
        if self.current is not None:
            self.current.rest()
        self.current = model
        if model is not None:
            model.show(model.source)
        self.current_changed.emit()

    def continue_run(
        self, model: RunModel, steps: int, data: str | None = None, changes: Changes | None = None
    ) -> None:
        """Trains a stored run on, until ``steps`` in all; beyond the end of its schedule the person is asked how.

        ``data`` says where they lie now, if they have moved; ``changes`` are hyper-parameters to go on with.
        """
        if model.path is None or model.here:
            return
        if model.live:
            text = _("This run is being trained elsewhere; stop it there before you continue it here.")
            self.report(StudioError(text))
            return
        named, refused = training_refusal(model.experiment, self.settings)
        if refused:

            def decided(yes: bool | None) -> None:
                if yes:
                    self.settings.add_opened(named, named)
                    self.continue_run(model, steps, data, changes)

            title = _("Read what this run names?")
            text, ways = _("{why} Train on only if you know this place.").format(why=refused), [(_("Train"), True)]
            self.ask(Question(title, text, shown(named), ways, _("Leave it"), careful=True), decided)
            return
        choice = beyond_schedule({**model.experiment.hyper, **(changes or {})}, steps)
        if choice is not None:

            def chosen(made: Changes | None) -> None:
                if made is not None:
                    self.continue_run(model, steps, data, made)

            self.ask(choice, chosen)
            return
        try:
            session = resume_session(model.path, steps, data=data, hyper=changes, keep=self.keep)
        except StudioError as error:
            self.report(error)
            return
        model.attach(session)
        session.start()
        model.show(model.source)

    def toggle(self, model: RunModel) -> None:
        """Pauses, resumes, or trains on a run that has ended: what :attr:`RunModel.next_deed` says."""
        if not model.here:
            self.continue_run(model, model.goal)
        elif model.state == "paused":
            self.resume(model)
        else:
            model.pause()

    def resume(self, model: RunModel) -> None:
        """Lets a run that holds here go on; where its rates have fallen to 0 the person is asked how."""
        if stands_still(model.experiment.hyper, model.step):
            self.extend(model, model.total, lambda: None, resume=True)
        else:
            model.resume()

    def extend(self, model: RunModel, steps: int, left: Callable[[], object], *, resume: bool = False) -> None:
        """Lets a run that trains here go on until ``steps`` in all, also one that holds where ``resume``.

        Beyond the end of its schedule the person is asked how; ``left`` is called where everything stays as it is.
        """

        def go_on(changes: Changes) -> None:
            for name, value in changes.items():
                model.set_hyper(name, value)
            model.extend(steps)
            if resume:
                model.resume()

        choice = beyond_schedule(model.experiment.hyper, steps)
        if choice is None:
            go_on({})
        else:
            self.ask(choice, lambda changes: left() if changes is None else go_on(changes))

    def treat(self, model: RunModel, remedy: Remedy) -> None:
        """Does at once what a remedy says: changes what may be changed, or goes back, which the person is asked about.

        A remedy that is another experiment is for :meth:`duplicate`.
        """
        if remedy.how == "live":
            before = {name: model.experiment.hyper[name] for name in remedy.changes if name in model.experiment.hyper}
            for name, value in remedy.changes.items():
                model.set_hyper(name, value)

            def undo() -> None:
                for name, value in before.items():
                    model.set_hyper(name, value)

            said = _("{run}: {change}").format(run=model.title, change=remedy.words)
            self.notifications.info(said, remedy.why, _("Undo"), undo, lambda: model.here)
        elif remedy.how == "continue":
            self.continue_run(model, model.goal, changes=remedy.changes)
        elif remedy.back_to is not None:
            before_step = remedy.back_to + 1

            def decided(yes: bool | None) -> None:
                if yes:
                    model.go_back(before=before_step)

            ways = [(remedy.words, True)]
            text = _("Go back with {run}?").format(run=model.title)
            self.ask(Question(_("Go back"), text, remedy.why, ways, _("Stay here"), careful=True), decided)

    def duplicate(self, model: RunModel, changed: Experiment | None = None) -> None:
        """Puts the run's experiment (or a changed one) into the draft, to be changed and started as a new run."""
        from ganstudio.training.prepare import unsettled  # brings torch

        told = changed or model.experiment  # as long as it was begun; its schedule may have been stretched since
        cards = () if self.catalogue is None else self.catalogue.methods
        fields = next((card.fields for card in cards if card.name == told.method), ())
        whole = told.with_(steps=model.total, hyper=of_run(fields, told.hyper))
        made = model.experiment.with_(
            name=""
        ).title  # one that nobody typed is made anew: the copy may have another method
        name = model.title  # whether its number counts, and what is free, is known when it begins: from the disk
        if not name.rpartition(" ")[2].isdecimal():
            name = free_name(name, {made, *(one.title for one in self.runs)})
        copy = unsettled(whole).with_(steps=told.steps, name="" if name.startswith(f"{made} ") else name)
        self.draft.replace(copy, _("Duplicate {name}").format(name=model.title))

    def close_run(self, model: RunModel) -> None:
        """Lets go of a run that is not training here."""
        if model.here:
            return
        self.runs.remove(model)
        if self.current is model:
            self.look_at(None)

    def rename(self, path: Path, name: str) -> Job:
        """Calls a run something else, in the background; with a number where another one is called so."""

        def done(called: str) -> None:
            for model in self.runs:
                if model.path == path:
                    model.renamed(called)
            self.library_changed.emit()

        return self.jobs.start(_("Renaming a run"), lambda _progress, _cancel: rename_run(path, name)).on_done(done)

    @property
    def training(self) -> list[RunModel]:
        """Runs that train in this process."""
        return [model for model in self.runs if model.here]

    def pump(self) -> None:
        """Takes in everything that other threads have left. Called by the window's one timer."""
        self.jobs.pump()
        self.forecasts.pump()
        for model in list(self.runs):
            was_bound = model.path is not None
            model.pump()
            if not was_bound and model.path is not None:
                self.settings.add_recent(model.path)
                self.library_changed.emit()
        before, self._trained = self._trained, self.training
        if before != self._trained:
            self.forecasts.trained(self._trained, [model for model in before if not model.here])
        self.notifications.pump()

    def shutdown(self, timeout: float = 60.0) -> list[str]:
        """Ends every session (they have been told how before) and every job, within so many seconds.

        Returns a sentence for each run of which not all is on the disk. On a full disk sessions give up before.
        """
        deadline = time.monotonic() + timeout
        lost = [_lost(model, max(0.0, deadline - time.monotonic())) for model in self.runs if model.live]
        self.settings.remember(draft=self.draft.experiment.to_json())
        self.settings.flush()
        self.jobs.shutdown()
        return [words for words in lost if words]


def _lost(model: RunModel, timeout: float) -> str:
    """Waits for a run to end; why not all of it is on the disk then, in words. Empty where it is."""
    if not model.join(timeout):
        return _("“{name}” did not end in time; what it wrote last is on the disk.").format(name=model.title)
    model.pump()
    return _("“{name}”: {why}").format(name=model.title, why=model.message) if model.state == "failed" else ""


def _same_folder(one: Path, other: Path) -> bool:
    """Whether both name one run, however it is spelt; ``run.json`` stands for its folder."""
    other = other.expanduser().absolute()
    if other.name == "run.json":
        other = other.parent
    try:
        return one == other or one.samefile(other)
    except OSError:
        return False
