"""The left column of the Train workspace: method, data, hyper-parameters, and the button that starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.app.drafts import NAME, SEED, STEPS, ExperimentDraft, split_request
from ganstudio.app.generators.catalogue import Catalogue
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import FieldSpec, of_run
from ganstudio.core.i18n import _
from ganstudio.ui.experiment.choosers import MethodChooser
from ganstudio.ui.experiment.data_picker import DataPicker
from ganstudio.ui.forms import FieldForm
from ganstudio.ui.forms.editors import TextEdit
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import ElidedLabel, label, line

Mode = Literal["draft", "running", "elsewhere", "finished"]
MIN_WIDTH = 280


class ExperimentPanel(QWidget):
    """The experiment form.

    In mode ``"draft"`` it edits an :class:`ExperimentDraft`; with :meth:`show_run` it shows what a run was started
    with, and only what may be changed while training can be edited.

    Signals: ``start_requested`` (Experiment), ``live_value_edited`` (name, value), ``extend_requested`` (total steps),
    ``duplicate_requested``, ``check_requested``, ``draw_requested``, ``folder_requested``, ``archive_requested``,
    ``download_requested`` (data set), ``cancel_download``.
    """

    start_requested = Signal(object)
    live_value_edited = Signal(str, object)
    extend_requested = Signal(int)
    duplicate_requested = Signal()
    check_requested = Signal()
    draw_requested = Signal()
    folder_requested = Signal()
    archive_requested = Signal()
    download_requested = Signal(str)
    cancel_download = Signal()

    def __init__(self, draft: ExperimentDraft | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue: Catalogue | None = None
        self._mode: Mode = "draft"
        self._run: Experiment | None = None
        self._devices: tuple[str, ...] = ("auto", "cpu")
        self._problems: dict[str, str] = {}
        self._draft = draft or ExperimentDraft()
        self.setMinimumWidth(MIN_WIDTH)
        self._make_parts()
        self._lay_out()
        self._connect()
        self._attach()
        self._refresh()

    def _make_parts(self) -> None:
        self.undo_button = self._tool("undo", _("Undo"))
        self.redo_button = self._tool("redo", _("Redo"))
        self.method = MethodChooser()
        self.data = DataPicker()
        self.hyper = FieldForm()
        self.run_form = FieldForm()
        self.start = QPushButton(_("Start"))
        self.start.setIcon(icon("play", "accent_text"))
        self.start.setProperty("primary", True)
        self.start.setMinimumHeight(36)
        self.duplicate = QPushButton(_("Duplicate with changes"))
        self.duplicate.setIcon(icon("duplicate"))
        self.duplicate.setMinimumHeight(36)
        self.duplicate.setToolTip(_("Makes a new experiment from this run; the run itself stays as it is"))
        self._reason = label("", "small", wrap=True)
        self._reason.hide()

    def _tool(self, name: str, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(name))
        button.setIconSize(QSize(16, 16))
        button.setAutoRaise(True)
        button.setAccessibleName(text)
        button.setToolTip(text)
        return button

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 8, 4)
        self._title = ElidedLabel(_("Experiment"), "strong")
        head.addWidget(self._title, 1)
        self._title.setMinimumSize(40, 28)  # as high as the buttons beside it: nothing jumps when they go
        head.addWidget(self.undo_button)
        head.addWidget(self.redo_button)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 4, 16, 16)
        column.setSpacing(0)
        column.addWidget(self.method)
        column.addSpacing(12)
        column.addWidget(self.data)
        column.addSpacing(16)
        column.addWidget(self.run_form)
        column.addWidget(self.hyper)
        column.addStretch(1)
        self.scroll_area = QScrollArea()
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.setWidget(content)
        area = self.scroll_area  # the bar is asked for anew: its Python half may be gone while Qt's is there
        # It takes its room from the margin: fields end where the button below ends, with a bar and without.
        area.verticalScrollBar().rangeChanged.connect(
            lambda _low, high: column.setContentsMargins(
                16, 4, 16 - (area.verticalScrollBar().sizeHint().width() if high else 0), 16
            )
        )
        self.scroll_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        foot = QVBoxLayout()
        foot.setContentsMargins(16, 8, 16, 12)
        foot.setSpacing(8)
        foot.addWidget(self._reason)
        foot.addWidget(self.start)
        foot.addWidget(self.duplicate)
        body = QWidget()
        whole = QVBoxLayout(body)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(self.scroll_area, 1)
        whole.addWidget(line())
        whole.addLayout(foot)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._waiting())
        self._pages.addWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def _waiting(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 14, 16, 16)
        column.setSpacing(8)
        column.addWidget(label(_("Experiment"), "strong"))
        column.addWidget(
            label(_("Loading methods and data sets. This takes two or three seconds."), "muted", wrap=True)
        )
        column.addStretch(1)
        return page

    def _connect(self) -> None:
        # What one comes for is reached first; undo has its shortcut.
        QWidget.setTabOrder(self.duplicate, self.undo_button)
        QWidget.setTabOrder(self.undo_button, self.redo_button)
        self.setFocusProxy(self.method.combo)
        self.undo_button.clicked.connect(self.undo)
        self.redo_button.clicked.connect(self.redo)
        self.method.chosen.connect(self._on_method)
        self.data.chosen.connect(self._on_data)
        self.data.option_edited.connect(self._on_option)
        self.hyper.value_edited.connect(self._on_hyper)
        self.run_form.value_edited.connect(self._on_run_field)
        for form in (self.hyper, self.run_form, self.data.form):
            form.errors_changed.connect(self._refresh_start)
        self.start.clicked.connect(self._on_start)
        self.duplicate.clicked.connect(self.duplicate_requested)
        self.data.check_requested.connect(self.check_requested)
        self.data.draw_requested.connect(self.draw_requested)
        self.data.folder_requested.connect(self.folder_requested)
        self.data.archive_requested.connect(self.archive_requested)
        self.data.download_requested.connect(self.download_requested)
        self.data.cancel_download.connect(self.cancel_download)

    @property
    def draft(self) -> ExperimentDraft:
        """What is being edited."""
        return self._draft

    @property
    def mode(self) -> Mode:
        """What the panel is for at present."""
        return self._mode

    @property
    def experiment(self) -> Experiment:
        """What is shown: the run's experiment, or the draft's."""
        return self._run if self._run is not None and self._mode != "draft" else self._draft.experiment

    def set_catalogue(self, catalogue: Catalogue) -> None:
        """Fills the choices; until then the panel says that it is waiting. Call it again after a download."""
        self._catalogue = catalogue
        self.method.set_methods(catalogue.methods)
        self.data.set_datasets(catalogue.datasets)
        self._pages.setCurrentIndex(1)
        self._refresh()

    def set_devices(self, devices: Sequence[str]) -> None:
        """The devices of this machine, e.g. ``("auto", "cpu", "cuda:0")``."""
        self._devices = tuple(devices)
        self._refresh()

    def show_run(self, experiment: Experiment, mode: Mode = "running") -> None:
        """Shows what a run was started with (live changes included)."""
        self._run = experiment
        self.set_mode(mode)

    def set_mode(self, mode: Mode) -> None:
        """``"draft"``: all can be edited; ``"running"``: live values; ``"elsewhere"`` and ``"finished"``: nothing."""
        if mode != "draft" and self._run is None:
            self._run = self._draft.experiment
        self._mode = mode
        self._refresh()

    def set_live_value(self, name: str, value: bool | int | float | str) -> None:
        """Shows that a running run's hyper-parameter has changed, whoever did it."""
        if self._run is not None:
            self._run = self._run.with_(hyper={**self._run.hyper, name: value})
        if self._mode != "draft":
            self.hyper.set_value(name, value)

    def set_download(self, name: str, fraction: float | None, text: str = "") -> None:
        """See :meth:`DataPicker.set_download`."""
        self.data.set_download(name, fraction, text)

    def commit(self) -> bool:
        """Takes what is half-typed anywhere; False where some of it cannot be used."""
        return all([form.commit() for form in (self.data.form, self.run_form, self.hyper)])  # noqa: C419 - all are asked

    def undo(self) -> None:
        """One edit back."""
        self._draft.history.undo()

    def redo(self) -> None:
        """One edit forward again."""
        self._draft.history.redo()

    def problems(self) -> dict[str, str]:
        """Field → sentence of all that stands in the way of starting."""
        typed = {f"hyper.{name}": text for name, text in self.hyper.errors().items()}
        typed |= {f"data.{name}": text for name, text in self.data.form.errors().items()}
        return typed | self.run_form.errors() | self._problems

    def _attach(self) -> None:
        self._draft.changed.connect(self._refresh)
        self._draft.history.changed.connect(self._refresh_history)
        self.destroyed.connect(_detacher(self._draft, self._refresh, self._refresh_history))

    def _refresh(self, *_args: object) -> None:
        catalogue, experiment = self._catalogue, self.experiment
        if catalogue is None:
            return
        draft = self._mode == "draft"
        name, path, options = split_request(experiment.data)
        self._problems = self._draft.problems(catalogue) if draft else {}
        self.method.set_current(experiment.method)
        self.data.set_current(name, path, options)
        self._fill_hyper(catalogue, experiment, name)
        self._fill_run(experiment)
        self.data.set_problem(self._problems.get("data", ""))
        self._lock()
        self._refresh_history()
        self._refresh_start()

    def _fill_hyper(self, catalogue: Catalogue, experiment: Experiment, data: str) -> None:
        card = next((card for card in catalogue.methods if card.name == experiment.method), None)
        kind = next((card.kind for card in catalogue.datasets if card.name == data), "images")
        fields = card.fields if card else ()
        hyper = experiment.hyper if self._mode == "draft" else of_run(fields, experiment.hyper)
        self.hyper.set_fields(fields, hyper, card.defaults_for(kind) if card else {})
        for spec in fields:
            self.hyper.set_error(spec.name, self._problems.get(f"hyper.{spec.name}", ""))

    def _fill_run(self, experiment: Experiment) -> None:
        devices = tuple(dict.fromkeys((*self._devices, experiment.device)))
        device = FieldSpec(
            "device",
            _("Device"),
            _("Where it trains. Auto takes the fastest there is."),
            "choice",
            "auto",
            choices=devices,
        )
        values = {name: getattr(experiment, name) for name in ("steps", "seed", "device", "name")}
        self.run_form.set_fields((STEPS, SEED, device, NAME), values)
        editor = self.run_form.row("name").editor
        if isinstance(editor, TextEdit):
            editor.setPlaceholderText(experiment.with_(name="").title)

    def _lock(self) -> None:
        draft, running = self._mode == "draft", self._mode == "running"
        self.method.set_locked(not draft)
        self.data.set_locked(not draft)
        self.run_form.set_live_only(not draft)
        self.hyper.set_live_only(not draft)
        reason = {
            "elsewhere": _("This run is being trained by another process. Duplicate it to change this."),
            "finished": _("This run is not training now. Duplicate it to change this."),
        }.get(self._mode)
        if reason:
            for row in (*self.hyper.rows, *self.run_form.rows):
                row.set_locked(reason)
        self.undo_button.setVisible(draft)
        self.redo_button.setVisible(draft)
        self.start.setVisible(draft)
        self.duplicate.setVisible(not draft)
        title = _("Experiment") if draft else self.experiment.title
        self._title.setText(title)
        hint = _("Values marked with a dot can be changed while it trains")
        self._title.setToolTip(f"{title}\n{hint}" if running else title)

    def _refresh_history(self) -> None:
        history = self._draft.history
        for button, able, verb, what in (
            (self.undo_button, history.can_undo, _("Undo"), history.undo_label),
            (self.redo_button, history.can_redo, _("Redo"), history.redo_label),
        ):
            button.setEnabled(able)
            button.setToolTip(f"{verb}: {what}" if what else verb)

    def _refresh_start(self) -> None:
        found = self.problems() if self._mode == "draft" else {}
        sentences = list(dict.fromkeys(found.values()))
        self.start.setEnabled(not sentences)
        self.start.setToolTip("\n".join(sentences) or _("Starts training with these settings"))
        # What stands beneath its own row is not said twice; what is out of sight is said here.
        self._reason.setText(sentences[0] if sentences else "")
        self._reason.setVisible(bool(sentences))

    def _on_method(self, name: str) -> None:
        self._draft.set_method(name)

    def _on_data(self, name: str) -> None:
        self._draft.set_data(name)

    def _on_option(self, name: str, value: object) -> None:
        default = self.data.form.row(name).default
        self._draft.set_data_option(name, None if value == default else value)  # type: ignore[arg-type]

    def _on_hyper(self, name: str, value: object) -> None:
        if self._mode != "draft":
            self.set_live_value(name, value)  # type: ignore[arg-type]
            self.live_value_edited.emit(name, value)
        elif value == self.hyper.row(name).default:
            self._draft.reset_hyper(name, self.hyper.row(name).spec.title)
        else:
            self._draft.set_hyper(name, value, self.hyper.row(name).spec.title)  # type: ignore[arg-type]

    def _on_run_field(self, name: str, value: object) -> None:
        if self._mode == "draft":
            self._draft.set(self.run_form.row(name).spec.title, **{name: value})
        elif name == "steps":
            self.extend_requested.emit(value)

    def _on_start(self) -> None:
        if not self.commit() or self.problems():
            self._show_first_error()
            return
        self.start_requested.emit(self._draft.experiment)

    def _show_first_error(self) -> None:
        for form in (self.data.form, self.run_form, self.hyper):
            for name in form.errors():
                form.focus_row(name)
                return


def _detacher(
    draft: ExperimentDraft, refresh: Callable[..., None], history: Callable[..., None]
) -> Callable[..., None]:
    """Cuts the draft off from a panel that is gone; the draft may outlive it."""

    def detach(*_args: object) -> None:
        draft.changed.disconnect(refresh, missing_ok=True)
        draft.history.changed.disconnect(history, missing_ok=True)

    return detach
