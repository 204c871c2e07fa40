"""The left column of the Train workspace: method, data, hyper-parameters, and the button that starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from ganstudio.app.drafts import NAME, PATIENCE, SEED, STEPS, ExperimentDraft, split_request
from ganstudio.app.forecasts import Forecasts
from ganstudio.app.generators.catalogue import Catalogue, DataCard, MethodCard, data_for, misfit
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import FieldSpec, of_run
from ganstudio.core.i18n import _
from ganstudio.ui.experiment.choosers import DataPicker, MethodChooser
from ganstudio.ui.experiment.forecast import ForecastLine
from ganstudio.ui.forms import FieldForm
from ganstudio.ui.forms.editors import TextEdit
from ganstudio.ui.forms.row import FieldRow
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.parts import ElidedLabel, boxed, label, line, push_button, say, scrolled, stacked, tool_button

Mode = Literal["draft", "running", "paused", "elsewhere", "finished"]
Choose = Callable[[str, Catalogue], object]
MIN_WIDTH = 280
OPEN: Mapping[Mode, str] = {
    "running": _("It trains: what has a dot can be changed, and holds from the next step on."),
    "paused": _("It holds: what has a dot can be changed, and holds when it goes on."),
    "finished": _("It is not training: its name and the steps to continue to can be changed, the rest in a duplicate."),
    "elsewhere": _("Another process trains it: only its name can be changed here, the rest in a duplicate."),
}
"""What can be changed of a run, and what not."""


class ExperimentPanel(QWidget):
    """The experiment form.

    In mode ``"draft"`` it edits an :class:`ExperimentDraft`; with :meth:`show_run` it shows what a run was started
    with, and only what may be changed while training can be edited.

    Attributes:
        draft: what is being edited.
        mode: what the panel is for at present; see :meth:`set_mode`.

    Signals: ``start_requested`` (Experiment), ``live_value_edited`` (name, value), ``extend_requested`` (total steps),
    ``rename_requested`` (name), ``duplicate_requested``, ``help_requested`` (method, setting). What is asked of data,
    ``data`` says.
    """

    start_requested = Signal(object)
    live_value_edited = Signal(str, object)
    extend_requested = Signal(int)
    rename_requested = Signal(str)
    duplicate_requested = Signal()
    help_requested = Signal(str, str)

    def __init__(self, draft: ExperimentDraft | None = None, forecasts: Forecasts | None = None) -> None:
        super().__init__()
        self._catalogue: Catalogue | None = None
        self.mode: Mode = "draft"
        self._run: Experiment | None = None
        self._shown = ""
        self._devices: tuple[str, ...] = ("auto", "cpu")
        self._problems: dict[str, str] = {}
        self.draft = draft or ExperimentDraft()
        self.forecast = ForecastLine(self.draft, forecasts)
        self.setMinimumWidth(MIN_WIDTH)
        self._make_parts()
        self._lay_out()
        self._connect()
        self._refresh()

    def _make_parts(self) -> None:
        self.undo_button = tool_button("undo", _("Undo"), clicked=self.draft.history.undo, side=28)
        self.redo_button = tool_button("redo", _("Redo"), clicked=self.draft.history.redo, side=28)
        self.method = MethodChooser()
        self.data = DataPicker()
        self.hyper = FieldForm()
        self.run_form = FieldForm(searched=False)
        self.hyper.neighbours = self.run_form, self.data.form
        self.start = push_button(_("Start"), "play", clicked=self._on_start, primary=True)
        tip = _("Makes a new experiment from this run; the run itself stays as it is")
        self.duplicate = push_button(
            _("Duplicate with changes"), "duplicate", tip, clicked=self.duplicate_requested.emit
        )
        for button in (self.start, self.duplicate):
            button.setMinimumHeight(36)
        self._reason = label("", "small", wrap=True)
        self._reason.hide()

    def _lay_out(self) -> None:
        self._title = ElidedLabel(_("Experiment"), "strong")
        self._title.setMinimumSize(40, 28)  # as high as the buttons beside it: nothing jumps when they go
        buttons = self.undo_button, self.redo_button
        head = boxed(self._title, *buttons, across=True, margins=(16, 8, 8, 4), gap=6, stretch=self._title)
        self._open = label("", "small", wrap=True)
        self._open.setContentsMargins(16, 0, 16, 4)
        content = QWidget()
        parts = self.method, 12, self.data, 16, self.run_form, self.hyper, None
        column = boxed(*parts, margins=(16, 4, 16, 16), into=content)
        self._area = area = scrolled(content)
        # The bar takes its room from the margin: fields end where the button below ends, with a bar and without. It is
        # asked for anew: its Python half may be gone while Qt's is there.
        area.verticalScrollBar().rangeChanged.connect(
            lambda _low, high: column.setContentsMargins(
                16, 4, 16 - (area.verticalScrollBar().sizeHint().width() if high else 0), 16
            )
        )
        self.hyper.found.connect(
            lambda hit: QTimer.singleShot(0, hit, partial(self._bring, area, hit))
        )  # once laid out
        foot = boxed(self._reason, self.forecast, self.start, self.duplicate, margins=(16, 8, 16, 12), gap=8)
        waiting, body = QWidget(), QWidget()
        words = label(_("Loading methods and data sets. This takes two or three seconds."), "muted", wrap=True)
        boxed(label(_("Experiment"), "strong"), words, None, margins=(16, 14, 16, 16), gap=8, into=waiting)
        boxed(head, self._open, area, line(), foot, into=body, stretch=area)
        self._pages = stacked(waiting, body)
        boxed(self._pages, into=self)

    def _bring(self, area: QScrollArea, hit: QWidget) -> None:
        for part, room in ((hit, 48), (self.hyper.search, 8)):
            area.ensureWidgetVisible(part, 0, room)

    def _connect(self) -> None:
        self.setFocusProxy(self.method.combo)
        self.method.chosen.connect(partial(self._on_choice, self.draft.choose_method))
        self.method.page.clicked.connect(lambda: self.help_requested.emit(self.experiment.method, ""))
        self.data.chosen.connect(partial(self._on_choice, self.draft.choose_data))
        self.data.remedy.clicked.connect(lambda: self._on_choice(self.draft.choose_method, self.experiment.method))
        self.data.option_edited.connect(self._on_option)
        self.hyper.value_edited.connect(self._on_hyper)
        self.run_form.value_edited.connect(self._on_run_field)
        for form in (self.hyper, self.run_form, self.data.form):
            form.errors_changed.connect(self._refresh_start)
        listen(self, (self.draft.changed, self._refresh), (self.draft.history.changed, self._refresh_history))

    @property
    def experiment(self) -> Experiment:
        """What is shown: the run's experiment, or the draft's."""
        return self._run if self._run is not None and self.mode != "draft" else self.draft.experiment

    def set_catalogue(self, catalogue: Catalogue) -> None:
        """Fills the choices; until then the panel says that it is waiting. Call it again after a download."""
        self._catalogue = catalogue
        self._pages.setCurrentIndex(1)
        self._refresh()

    def set_devices(self, devices: Sequence[str]) -> None:
        """The devices of this machine, e.g. ``("auto", "cpu", "cuda:0")``."""
        self._devices = tuple(devices)
        self._refresh()

    def show_run(self, experiment: Experiment, mode: Mode = "running", key: str = "") -> None:
        """Shows what a run was started with (live changes included); ``key`` tells it from other runs."""
        self._run = experiment
        self.set_mode(mode, key)

    def set_mode(self, mode: Mode, key: str = "") -> None:
        """``"draft"``: all can be edited; else what :data:`OPEN` says."""
        if mode != "draft" and self._run is None:
            self._run = self.draft.experiment
        if mode == "draft" or key != self._shown:
            self.hyper.search.clear()  # words were typed for another one
        if mode == "draft":
            self._area.verticalScrollBar().setValue(0)  # one begins with method and data
        self.mode, self._shown = mode, key
        self._refresh()

    def problems(self) -> dict[str, str]:
        """Field → sentence of all that stands in the way of starting."""
        typed = {f"hyper.{name}": text for name, text in self.hyper.errors().items()}
        typed |= {f"data.{name}": text for name, text in self.data.form.errors().items()}
        return typed | self.run_form.errors() | self._problems

    def _refresh(self, *_args: object) -> None:
        catalogue, experiment = self._catalogue, self.experiment
        if catalogue is None:
            return
        self._problems = self.draft.problems(catalogue) if self.mode == "draft" else {}
        methods, datasets = catalogue.methods, catalogue.datasets
        card = next((card for card in methods if card.name == experiment.method), None)
        data = next((card for card in datasets if card.name == split_request(experiment.data)[0]), None)
        self.method.set_current(experiment.method, methods, data, datasets)
        self.data.set_current(experiment.data, datasets, card, methods)
        self._fill_hyper(card, data, experiment)
        self._fill_run(experiment)
        unfit = self.mode == "draft" and card is not None and data is not None and bool(misfit(card, data))
        remedy = data_for(card, datasets, data) if card is not None and unfit else None
        self.data.set_problem(self._problems.get("data", ""), remedy)
        self._lock()
        self._refresh_history()
        self._refresh_start()

    def _fill_hyper(self, card: MethodCard | None, data: DataCard | None, experiment: Experiment) -> None:
        kind = data.kind if data is not None else "images"
        fields = card.fields if card else ()
        hyper = experiment.hyper if self.mode == "draft" else of_run(fields, experiment.hyper)
        self.hyper.set_fields(fields, hyper, card.defaults_for(kind) if card else {})
        for spec in fields:
            self.hyper.set_error(spec.name, self._problems.get(f"hyper.{spec.name}", ""))

    def _fill_run(self, experiment: Experiment) -> None:
        devices = tuple(dict.fromkeys((*self._devices, experiment.device)))
        words = _("Where it trains. Auto takes the fastest there is.")
        device = FieldSpec("device", _("Device"), words, "choice", "auto", choices=devices)
        values = {name: getattr(experiment, name) for name in ("steps", "patience", "seed", "device", "name")}
        own = {} if self.mode == "draft" else {"name": experiment.title}  # a run has a name: it goes back to that
        self.run_form.set_fields((STEPS, PATIENCE, SEED, device, NAME), values, own)
        self.run_form.set_error("steps", "")
        editor = self.run_form.row("name").editor
        if isinstance(editor, TextEdit):
            editor.setPlaceholderText(experiment.with_(name="").title)

    def _lock(self) -> None:
        draft, live = self.mode == "draft", self.mode in ("running", "paused")
        self.method.set_locked(not draft)
        self.data.set_locked(not draft)
        self.run_form.set_live_only(not draft)
        self.hyper.set_live_only(not draft)
        opened = ("name", "steps") if self.mode == "finished" else ("name",)
        for row in () if draft or live else (*self.hyper.rows, *self.run_form.rows):
            if row.name not in opened:  # never for a moment either: what is disabled loses the keyboard
                row.set_locked(OPEN[self.mode])
        say(self._open, OPEN.get(self.mode, ""))
        for button in (self.undo_button, self.redo_button, self.start):
            button.setVisible(draft)
        self.duplicate.setVisible(not draft)
        title = _("Experiment") if draft else self.experiment.title
        self._title.setText(title)
        self._title.setToolTip(title)

    @property
    def asked_about(self) -> str:
        """The setting that has the keyboard; empty for none."""
        row: QWidget | None = self.window().focusWidget()
        while row is not None and not isinstance(row, FieldRow):
            row = row.parentWidget()
        return row.name if row is not None and self.hyper.isAncestorOf(row) else ""

    def _refresh_history(self) -> None:
        history = self.draft.history
        for button, able, verb, what in (
            (self.undo_button, history.can_undo, _("Undo"), history.undo_label),
            (self.redo_button, history.can_redo, _("Redo"), history.redo_label),
        ):
            button.setEnabled(able)
            button.setToolTip(f"{verb}: {what}" if what else verb)

    def _refresh_start(self) -> None:
        found = self.problems() if self.mode == "draft" else {}
        sentences = list(dict.fromkeys(found.values()))
        self.start.setEnabled(not sentences)
        self.start.setToolTip("\n".join(sentences) or _("Starts training with these settings"))
        # What stands beneath its own row is not said twice; what is out of sight is said here.
        say(self._reason, sentences[0] if sentences else "")
        self.forecast.show_for(self.draft.experiment if self.mode == "draft" and not sentences else None)

    def _on_choice(self, choose: Choose, name: str) -> None:
        if self._catalogue is not None:
            choose(name, self._catalogue)

    def _on_option(self, name: str, value: object) -> None:
        default = self.data.form.row(name).default
        self.draft.set_data_option(name, None if value == default else value)  # type: ignore[arg-type]

    def _on_hyper(self, name: str, value: object) -> None:
        if self.mode != "draft":
            self._run = self.experiment.with_(hyper={**self.experiment.hyper, name: value})
            self.live_value_edited.emit(name, value)
        elif value == self.hyper.row(name).default:
            self.draft.reset_hyper(name, self.hyper.row(name).spec.title)
        else:
            self.draft.set_hyper(name, value, self.hyper.row(name).spec.title)  # type: ignore[arg-type]

    def _on_run_field(self, name: str, value: object) -> None:
        if self.mode == "draft":
            self.draft.set(self.run_form.row(name).spec.title, **{name: value})
        elif name == "steps":
            self.extend_requested.emit(value)
        elif name == "name":
            self.rename_requested.emit(value)

    def _on_start(self) -> None:
        forms = self.data.form, self.run_form, self.hyper
        usable = [form.commit() for form in forms]  # takes what is half-typed anywhere
        if all(usable) and not self.problems():
            self.start_requested.emit(self.draft.experiment)
            return
        form, name = next(((form, name) for form in forms for name in form.errors()), (None, ""))
        if form is not None:
            form.focus_row(name)
