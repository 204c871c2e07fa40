"""A new study: what is tried on which data, how often, judged by what; says at once what is wrong and how much it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QMenu, QWidget

from ganstudio.app.drafts import join_request, split_request
from ganstudio.app.evaluate.study_desk import StudyDesk
from ganstudio.app.evaluate.study_draft import (
    StudyDraft,
    amount_words,
    draft_of,
    judge_fields,
    plan_of,
    plan_text,
    run_fields,
    settings_of,
    space_field,
)
from ganstudio.app.generators.catalogue import lacks
from ganstudio.app.generators.entries import data_entries
from ganstudio.app.studio import Studio
from ganstudio.core.fields import FieldSpec
from ganstudio.core.i18n import _
from ganstudio.ui.experiment.search_combo import SearchCombo
from ganstudio.ui.forms.editors import TextEdit
from ganstudio.ui.forms.form import FieldForm
from ganstudio.ui.kit.dialogs import FormDialog
from ganstudio.ui.kit.parts import boxed, label, line, push_button, say, scrolled

if TYPE_CHECKING:
    from ganstudio.app.evaluate.study_space import Plan
    from ganstudio.metrics.base import Metric

REST_MS = 200  # a text is looked at when nobody has typed for so long: checking a plan takes longer than a key


class Ticks(QWidget):
    """Boxes to tick below a heading, three beside each other; ``changed`` by a person."""

    changed = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.boxes: dict[str, QCheckBox] = {}
        self._grid = QGridLayout()
        boxed(label(title, "strong"), self._grid, into=self, gap=6, margins=(0, 8, 0, 8))

    def set_items(self, items: Iterable[tuple[str, str, str]], chosen: Collection[str]) -> None:
        """Shows these (name, words, tooltip), some of them ticked."""
        for old in self.boxes.values():
            old.hide()
            old.deleteLater()
        self.boxes = {}
        for place, (name, words, tip) in enumerate(items):
            box = self.boxes[name] = QCheckBox(words)
            box.setToolTip(tip)
            box.setChecked(name in chosen)
            box.clicked.connect(self.changed)
            self._grid.addWidget(box, place // 3, place % 3)
            self._grid.setColumnStretch(place % 3, 1)

    @property
    def chosen(self) -> tuple[str, ...]:
        """Names of the ticked."""
        return tuple(name for name, box in self.boxes.items() if box.isChecked())


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
        self._cards = {card.name: card for card in studio.catalogue.methods}
        self._data = {card.name: card for card in studio.catalogue.datasets if card.available or card.takes_path}
        self._request = self._start.data
        self.checked: StudyDraft | None = None
        self._metrics: list[Metric] = []
        self._asked = False
        name = split_request(self._request)[0]
        self.form, self.space, self.judging = (FieldForm(searched=False) for _place in range(3))
        self.form.set_fields(run_fields(self._start, desk.free_name(name)))
        self.data, tip = SearchCombo(), _("All runs learn these; as the Train page has them, with the same options")
        self.add_row(_("Data"), self.data, tip)
        self.methods, self.reports = Ticks(_("Methods")), Ticks(_("Measured, too"))
        tip = _("Settings of which several values are tried; choosing one again takes it away")
        self.tried = push_button(_("Tried settings"), "plus", tip, menu=self._fill_settings)
        self.wrong = label("", "problem", wrap=True)
        inside = QWidget()
        more = boxed(self.tried, None, across=True)
        parts = self.rows, self.methods, line(), self.form, more, self.space, line(), self.judging, self.reports, None
        boxed(*parts, into=inside, margins=(0, 0, 16, 0), gap=8)
        self.area = scrolled(inside)
        self.area.setMinimumHeight(320)
        self.fill(self.area, self.wrong, self.words, width=560, gap=8)
        self.resize(600, min(720, parent.window().height() - 40))
        self._rest = QTimer(self, interval=REST_MS, singleShot=True)
        self._rest.timeout.connect(self.check)
        for form in (self.form, self.space, self.judging):
            form.value_edited.connect(lambda _name, _value: self._rest.start())
        for ticks in (self.methods, self.reports):
            ticks.changed.connect(self._rest.start)
        self._listen(self.form)
        self.space.hide()
        self.form.focus_row("name")
        self.data.chosen.connect(self.choose_data)
        self.choose_data(name)

    def _listen(self, form: FieldForm) -> None:
        """What is typed is looked at before it is left."""
        for row in form.rows:
            if isinstance(row.editor, TextEdit):
                row.editor.textEdited.connect(lambda _text: self._rest.start())

    def _fill_settings(self, menu: QMenu) -> None:
        groups: dict[str, QMenu] = {}
        for spec in self._specs().values():
            group = groups.get(spec.group) or groups.setdefault(spec.group, menu.addMenu(spec.group or _("Other")))
            action = group.addAction(spec.title, partial(self.try_setting, spec))
            action.setToolTip(spec.help)
            action.setCheckable(True)
            action.setChecked(spec.name in self.space.values())

    def _specs(self) -> dict[str, FieldSpec]:
        return settings_of([self._cards[name] for name in self.methods.chosen])

    def try_setting(self, spec: FieldSpec) -> None:
        """Several values of a setting are tried, or no longer."""
        self.space.commit()
        told, rows = self.space.values(), [row.spec for row in self.space.rows if row.name != spec.name]
        if spec.name not in told:
            rows.append(space_field(spec))
        self.space.set_fields(rows, told)
        self.space.setVisible(bool(rows))
        self._listen(self.space)
        if spec.name not in told:
            self.space.focus_row(spec.name)
        self._rest.start()

    def choose_data(self, name: str) -> None:
        """Other data: other methods fit, other metrics make sense."""
        self._request = self._start.data if name == split_request(self._start.data)[0] else join_request(name)
        self.data.set_entries(data_entries(self._data.values(), None, list(self._cards.values())), name)
        card, chosen = self._data.get(name), self.methods.chosen or (self._start.method,)
        fitting = [one for one in self._cards.values() if card is None or not lacks(one, card)]
        self.methods.set_items([(one.name, one.title, one.summary) for one in fitting], chosen)
        self._metrics, request = [], self._request
        self.go.setEnabled(False)
        say(self.words, _("Looking what can be measured on these data…"))

        def known(metrics: Sequence[Metric], wrong: str = "") -> None:
            if request == self._request:
                self._metrics = list(metrics)
                self.judging.set_fields(judge_fields(metrics))
                items = ((one.name, one.title, one.help or one.title) for one in metrics)
                self.reports.set_items(items, self.reports.chosen)
                say(self.wrong, wrong)
                self.check()

        self._desk.judges(request, known, lambda error: known((), str(error)))

    def draft(self) -> StudyDraft:
        """What stands in the form."""
        tried = tuple((name, str(text)) for name, text in self.space.values().items())
        return draft_of(
            self.form.values() | self.judging.values(), self._start, self._metrics, data=self._request,
            methods=self.methods.chosen, space=tried, report=self.reports.chosen,
            device=self._studio.settings.values.device,
        )  # fmt: skip

    def check(self) -> None:
        """Looks beside the window what is wrong, or how much it is."""
        self._rest.stop()
        for row in (*self.form.rows, *self.space.rows):
            if isinstance(row.editor, TextEdit):
                row.editor.commit()
        draft, cards = self.draft(), self._cards
        self.form.row("trials").set_locked(_("A grid tries all combinations.") if draft.search == "grid" else "")
        job = self._studio.jobs.start(_("Checking the study"), lambda _progress, _cancel: plan_of(draft, cards))
        job.on_done(lambda found: self._show(draft, *found))

    def _show(self, draft: StudyDraft, plan: Plan | None, wrong: dict[str, str]) -> None:
        if not shiboken6.isValid(self) or draft != self.draft():
            return  # closed, or changed: that is looked at next
        if self._desk.taken(draft.name):
            wrong = {"name": _("There is a study of this name; its folder is called so."), **wrong}
        wrong = {draft.space[int(key[6:])][0] if key.startswith("space:") else key: text for key, text in wrong.items()}
        shown = {row.name: form for form in (self.form, self.space, self.judging) for row in form.rows}
        for name, form in shown.items():
            form.set_error(name, wrong.get(name, ""))
        unsaid = next((text for name, text in wrong.items() if name not in shown), "")
        say(self.wrong, unsaid if self._metrics else self.wrong.text() or unsaid)
        self.checked, good = draft, plan if not wrong else None
        self.go.setEnabled(good is not None)
        say(self.words, amount_words(good, self._studio.forecasts, self._workers) if good is not None else "")
        if self._asked and good is not None:
            super().accept()
            self._then(plan_text(good))
        self._asked = False

    def accept(self) -> None:
        """Hands on the study file, once what was typed last has been looked at."""
        self._asked = all([form.commit() for form in (self.form, self.space, self.judging)])  # noqa: C419 - each is asked
        self.check()
