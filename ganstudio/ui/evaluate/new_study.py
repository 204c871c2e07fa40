"""A new study: what is tried on which data, how often, judged by what; says at once what is wrong and how much it is."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QSpinBox, QWidget

from ganstudio.app.drafts import allowed_text, join_request, number_text, split_request
from ganstudio.app.evaluate.study_desk import StudyDesk
from ganstudio.app.evaluate.study_draft import StudyDraft, plan_of, plan_text, settings_of
from ganstudio.app.evaluate.study_space import planned, slug
from ganstudio.app.generators.catalogue import lacks
from ganstudio.app.generators.entries import data_entries
from ganstudio.app.studio import Studio
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import FieldSpec
from ganstudio.core.i18n import _, plural
from ganstudio.core.ticks import duration
from ganstudio.ui.experiment.search_combo import SearchCombo
from ganstudio.ui.kit.dialogs import FormDialog
from ganstudio.ui.kit.parts import boxed, entry, label, push_button, say, scrolled, tool_button

if TYPE_CHECKING:
    from ganstudio.app.evaluate.study_space import Plan
    from ganstudio.metrics.base import Metric


class NewStudyDialog(FormDialog):
    """The form.

    Args:
        studio: methods, data, and the experiment that the form begins with.
        desk: tells what can be measured.
        workers: so many runs will train at once.
        then: told the study file.
    """

    def __init__(
        self, studio: Studio, desk: StudyDesk, workers: int, then: Callable[[str], object], parent: QWidget
    ) -> None:
        super().__init__(_("New study"), _("Begin"), _("Writes the study file, and starts"), parent, _("Begin nothing"))
        assert studio.catalogue is not None
        self._studio, self._desk, self._workers, self._then = studio, desk, workers, then
        self._start = studio.draft.experiment
        self._methods = {card.name: card for card in studio.catalogue.methods}
        self._data = {card.name: card for card in studio.catalogue.datasets if card.available or card.takes_path}
        self._request = self._start.data
        self._plan: Plan | None = None
        self._problems: dict[str, QLabel] = {}
        self._space: list[tuple[QWidget, QComboBox, QLineEdit, QLabel]] = []
        self._metrics: Mapping[str, Metric] = {}
        self._filling = True
        self._add_parts()
        inside = QWidget()
        inside.setLayout(self.rows)
        self.area = scrolled(inside)
        self.area.setMinimumHeight(360)
        self.fill(self.area, self._said("", QLabel()), self.words, width=660, gap=8)
        self.resize(700, min(720, parent.window().height() - 40))
        self._filling = False
        self._choose_data(split_request(self._request)[0])

    def _said(self, name: str, _owner: QWidget) -> QLabel:
        made = self._problems[name] = label("", "problem", wrap=True)
        made.hide()
        return made

    def _row(self, key: str, name: str, widget: QWidget, tip: str) -> None:
        """A row with room for what is wrong with it."""
        both = QWidget()
        boxed(widget, self._said(key, widget), into=both, gap=2)
        self.add_row(name, both, tip)
        widget.setAccessibleName(name)
        widget.setToolTip(tip)
        both.setFocusProxy(widget)

    def _add_parts(self) -> None:
        start = self._start
        self.name = entry(_("e.g. learning rates"), "", text=self._free_name(), longest=100)
        self._row("name", _("Name"), self.name, _("Of the study, and of its folder"))
        self.data = SearchCombo()
        self.data.chosen.connect(self._choose_data)
        self._row(
            "data",
            _("Data"),
            self.data,
            _("All runs learn these; with the options that the experiment on the Train page has"),
        )
        self.methods = {name: QCheckBox(card.title) for name, card in self._methods.items()}
        for name, box in self.methods.items():
            box.setToolTip(self._methods[name].summary)
            box.setChecked(name == start.method)
            box.toggled.connect(self._changed)
        self._method_grid = QGridLayout()
        holder = QWidget()
        holder.setLayout(self._method_grid)
        self._row("methods", _("Methods"), holder, _("Each is tried with all settings that it has"))
        self.steps = self._number(_("Steps"), 1, 10_000_000, start.steps, _("How long each run trains"))
        self.seeds = entry("0, 1, 2", "", text="0, 1, 2")
        self._row("seeds", _("Seeds"), self.seeds, _("Each configuration is trained once with each of them"))
        ways = ("grid", _("All combinations")), ("random", _("Random")), ("tpe", _("Towards the best (TPE)"))
        self.search = self._choice("search", _("Search"), ways, _("How values are combined"))
        self.trials = self._number(_("Configurations"), 1, 10_000, 20, _("So many are tried, each with every seed"))
        adds, self._places = push_button(_("Add a setting"), "plus", clicked=self.add_space), boxed(gap=4)
        adds.setToolTip(_("A setting of which several values are tried"))
        holder = QWidget()
        boxed(self._places, boxed(adds, None, across=True), into=holder, gap=4)
        tip = _("Values with commas between them, or, but for a grid, a range: 1e-5 … 1e-2")
        self._row("space", _("Tried settings"), holder, tip)
        self.as_form = QCheckBox(_("Other settings as in the experiment on the Train page"))
        self.as_form.setChecked(bool(start.hyper))
        self.as_form.setToolTip(
            ", ".join(f"{name} {value}" for name, value in start.hyper.items()) or _("There, all are default")
        )
        self.as_form.toggled.connect(self._changed)
        self.rows.addRow("", self.as_form)
        self.judge = self._choice("judge", _("Judged by"), (), _("The metric that says which run is better"))
        kinds = (
            ("", _("What suits the data")),
            ("pixels", _("Pixels")),
            ("classifier", _("A classifier trained on the data")),
            ("inception", _("Inception-v3 (needs its weights)")),
        )
        self.extractor = self._choice(
            "extractor", _("Features by"), kinds, _("What makes features of items, where a metric needs them")
        )
        self.count = self._number(_("Samples"), 16, 200_000, 1000, _("So many are generated and taken to measure"))
        self._report_grid = QGridLayout()
        self._reports: dict[str, QCheckBox] = {}
        holder = QWidget()
        holder.setLayout(self._report_grid)
        self._row("report", _("Measured, too"), holder, _("Told in the tables, without deciding"))
        self.prune = self._choice(
            "pruning", _("End early"), (), _("Runs that are behind the median of the others by this curve")
        )
        for line in (self.name, self.seeds):
            line.textChanged.connect(self._changed)

    def _taken(self) -> set[str]:
        return {row.path.name for row in self._desk.rows}

    def _free_name(self) -> str:
        name = f"{split_request(self._start.data)[0]} study"
        numbered = (name if number == 1 else f"{name} {number}" for number in itertools.count(1))
        return next(one for one in numbered if slug(one) not in self._taken())

    def _number(self, name: str, low: int, high: int, value: int, tip: str) -> QSpinBox:
        made = self.number(name, low, high, value, tip)
        made.valueChanged.connect(self._changed)
        return made

    def _choice(self, key: str, name: str, rows: tuple[tuple[str, str], ...], tip: str) -> QComboBox:
        made = QComboBox()
        for value, text in rows:
            made.addItem(text, value)
        made.currentIndexChanged.connect(self._changed)
        self._row(key, name, made, tip)
        return made

    def _specs(self) -> dict[str, FieldSpec]:
        return settings_of(
            [self._methods[name] for name, box in self.methods.items() if box.isChecked() and box.isEnabled()]
        )

    def add_space(self) -> None:
        """One more row of a setting and its values."""
        used = {box.currentData() for _row, box, _line, _said in self._space}
        specs = {name: spec for name, spec in self._specs().items() if name not in used}
        holder, choice = QWidget(), QComboBox()
        choice.setAccessibleName(_("Setting"))
        for name, spec in self._specs().items():
            choice.addItem(spec.title, name)
        first = next((name for name in ("lr_g", "learning_rate") if name in specs), next(iter(specs), ""))
        choice.setCurrentIndex(max(0, choice.findData(first)))
        values, said = entry(_("values"), "", _("Values")), self._said(f"space:{len(self._space)}", choice)
        row = (holder, choice, values, said)
        away = tool_button("close", _("Take this setting away"), side=28, clicked=lambda: self._take_away(row))
        boxed(boxed(choice, values, away, across=True, gap=6, stretch=values), said, into=holder, gap=2)
        self._space.append(row)
        self._places.addWidget(holder)

        def chosen() -> None:
            if (spec := self._specs().get(str(choice.currentData()))) is not None:
                words = f"{spec.help}\n{allowed_text(spec)}"
                choice.setToolTip(words)
                values.setToolTip(words)
                default = spec.default
                values.setText(", ".join(spec.choices) if spec.choices else "true, false" if spec.kind == "bool" else
                               number_text(default) if isinstance(default, int | float) else str(default))  # fmt: skip

        chosen()
        choice.currentIndexChanged.connect(chosen)
        choice.currentIndexChanged.connect(self._changed)
        values.textChanged.connect(self._changed)
        values.setFocus()
        values.selectAll()
        self._changed()

    def _take_away(self, row: tuple[QWidget, QComboBox, QLineEdit, QLabel]) -> None:
        self._space.remove(row)
        row[0].hide()
        row[0].deleteLater()
        for place, kept in enumerate(self._space):
            self._problems[f"space:{place}"] = kept[3]
        self._problems.pop(f"space:{len(self._space)}")
        self._changed()

    def _choose_data(self, name: str) -> None:
        """Other data: other methods fit, other metrics make sense."""
        mine = split_request(self._start.data)[0]
        self._request = self._start.data if name == mine else join_request(name)
        self.data.set_entries(data_entries(self._data.values(), None, list(self._methods.values())), name)
        card = self._data.get(name)
        for method, box in self.methods.items():
            wanted = lacks(self._methods[method], card) if card else ""
            box.setEnabled(not wanted)
            box.setVisible(not wanted)
        _arrange(self._method_grid, [box for box in self.methods.values() if box.isEnabled()])
        self._metrics = {}
        self.go.setEnabled(False)
        say(self.words, _("Looking what can be measured on these data…"))
        request = self._request

        def known(metrics: list[Metric]) -> None:
            if request == self._request:
                self._fill_metrics(metrics)

        def failed(error: Exception) -> None:
            if request == self._request:
                self._fill_metrics([])
                say(self._problems["data"], str(error))

        self._desk.judges(request, known, failed)

    def _fill_metrics(self, metrics: list[Metric]) -> None:
        self._filling, self._metrics = True, {one.name: one for one in metrics}
        judging = [one for one in metrics if one.better]
        judging.sort(
            key=lambda one: (
                one.cost == "minutes" and one.name != "triangles-f1",
                one.name not in ("fid", "triangles-f1"),
            )
        )
        self.judge.clear()
        for one in judging:
            self.judge.addItem(one.title, one.name)
        self.prune.clear()
        self.prune.addItem(_("No run"), "")
        for one in judging:
            if one.cost == "live" and "{" not in one.curve:
                self.prune.addItem(_("Behind by {curve}").format(curve=one.curve), one.name)
        for old in self._reports.values():
            old.hide()
            old.deleteLater()
        self._reports = {}
        for one in metrics:
            box = self._reports[one.name] = QCheckBox(one.title)
            box.setToolTip(one.help or one.title)
            box.toggled.connect(self._changed)
        _arrange(self._report_grid, list(self._reports.values()))
        self._filling = False
        self._changed()

    def draft(self) -> StudyDraft:
        """What stands in the form."""
        curve = self._metrics.get(str(self.prune.currentData()))
        return StudyDraft(
            self.name.text(), self._request,
            tuple(name for name, box in self.methods.items() if box.isChecked() and box.isEnabled()), self.steps.value(),
            self.seeds.text(), str(self.search.currentData()), self.trials.value(),
            tuple((str(box.currentData()), line.text()) for _row, box, line, _said in self._space),
            self._start.hyper if self.as_form.isChecked() else {}, str(self.judge.currentData() or ""),
            str(self.extractor.currentData()), self.count.value(),
            tuple(name for name, box in self._reports.items() if box.isChecked()), curve.curve if curve else "",
            curve.better if curve else "higher", self._studio.settings.values.device,
        )  # fmt: skip

    def _changed(self, *_what: object) -> None:
        """Says what is wrong, or how much it is."""
        if self._filling or not self._metrics:
            return
        self.trials.setEnabled(self.search.currentData() != "grid")
        self._plan, wrong = plan_of(self.draft(), self._methods)
        if slug(self.name.text()) in self._taken():
            self._plan, wrong = None, {"name": _("There is a study of this name; its folder is called so."), **wrong}
        for name, words in self._problems.items():
            say(words, wrong.get(name, ""))
        unsaid = [text for name, text in wrong.items() if name not in self._problems]
        if unsaid:
            say(self._problems[""], unsaid[0])
        self.go.setEnabled(self._plan is not None)
        say(self.words, "" if self._plan is None else self._amount(self._plan))

    def _amount(self, plan: Plan) -> str:
        runs = planned(plan)
        costs = [self._studio.forecasts.cost(Experiment(name, plan.data, dict(plan.fixed), plan.steps, 0, plan.device))
                 for name in plan.methods]  # fmt: skip
        words = plural("{n} run.", "{n} runs.", runs)
        known = [cost.begin + cost.step * plan.steps for cost in costs if cost is not None]
        if len(known) < len(costs):
            return words + " " + _("How long it takes is seen once a few have been trained.")
        seconds = sum(known) / len(known) * runs / min(self._workers, runs)
        told = plural(
            "Training takes about {time} with {n} worker.",
            "Training takes about {time} with {n} workers.",
            self._workers,
        )
        return f"{words} {told.format(time=duration(seconds), n=self._workers)}"

    def accept(self) -> None:
        """Hands on the study file."""
        if self._plan is not None:
            super().accept()
            self._then(plan_text(self._plan))


def _arrange(grid: QGridLayout, boxes: list[QCheckBox]) -> None:
    """Three beside each other."""
    grid.setContentsMargins(0, 4, 0, 4)
    for place, box in enumerate(boxes):
        grid.addWidget(box, place // 3, place % 3)
    for column in range(3):
        grid.setColumnStretch(column, 1)
