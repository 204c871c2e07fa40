"""What the networks make: the wall of samples or the 2-D scene, with the timeline beneath."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ganstudio.app.runs.readings import words_of
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.runs.stored_planes import StoredPlanes
from ganstudio.core.dataspec import Box, DataSpec
from ganstudio.core.events import Samples, Scene
from ganstudio.core.i18n import _
from ganstudio.metrics.modes import captured
from ganstudio.ui.kit.lifetimes import Waker
from ganstudio.ui.kit.parts import ElidedLabel, Segmented, boxed, label, stacked, tool_button
from ganstudio.ui.kit.words import state_text, step_text
from ganstudio.ui.pictures.timeline import Timeline
from ganstudio.ui.pictures.wall import ImageWall
from ganstudio.ui.plots.scene import SceneView


class Stage(QWidget):
    """Pictures of a run, live or from its history.

    Attributes:
        shown: the samples on view; None while there are none.

    Signals:
        source_chosen: "ema" or "raw": which weights the samples should be drawn with.
        step_shown: the stored step on view, or None when live.
        sample_chosen: a sample is to be explored: the :class:`RunModel`, its step (None: as it trains on) and its place.
    """

    source_chosen = Signal(str)
    step_shown = Signal(object)
    sample_chosen = Signal(object, object, int)

    def __init__(self) -> None:
        super().__init__()
        self._model: RunModel | None = None
        self.shown: Samples | None = None
        self._spec: DataSpec | None = None
        self.wall, self.scene, self.timeline = ImageWall(), SceneView(), Timeline()
        self._pages = stacked(self.wall, self.scene)
        fake = "fake", _("Fake"), _("What the generator draws from the run’s fixed latents")
        both = "both", _("Both"), _("Real data beside the generator’s")
        self.mode = Segmented((fake, ("real", _("Real"), _("Real data")), both), _("Pictures"))
        ema = "ema", _("Average"), _("Weights averaged over the last steps (EMA): steadier, usually better")
        raw = "raw", _("Raw"), _("The weights as they are at this step")
        self.source = Segmented((ema, raw), _("Weights"))
        self._sort = tool_button(
            "curve", _("Sort by score"), _("Most convincing samples first, by the discriminator’s word"), checkable=True
        )
        self._caption = label("", "muted")
        self._verdict = ElidedLabel()
        self._written = ("", "")
        head = boxed(self._caption, self._verdict, self._sort, self.mode, self.source,
                     across=True, margins=(16, 0, 16, 0), gap=8, stretch=self._verdict)  # fmt: skip
        foot = boxed(self.timeline, across=True, margins=(16, 0, 16, 0))
        boxed(head, self._pages, foot, margins=(0, 4, 0, 4), gap=4, into=self, stretch=self._pages)
        self.mode.chosen.connect(self.wall.set_mode)
        self.source.chosen.connect(self.source_chosen)
        self._sort.toggled.connect(self.wall.set_sorted)
        for view in (self.wall, self.scene):
            view.explore_requested.connect(self._choose_sample)
        self.timeline.step_selected.connect(self._show_stored)
        self.timeline.went_live.connect(self._show_live)
        self._waker = Waker(lambda: self._planes.pump(), self)
        self._planes = StoredPlanes(self._waker)
        self._planes.found.connect(self._show_scene)
        self.scene.looked.connect(self._look)

    def end(self) -> None:
        """The window goes: nothing is drawn any more."""
        self._waker.close()
        self._planes.shutdown()

    def set_run(self, model: RunModel) -> None:
        """Another run is looked at."""
        self._model, self._spec, self.shown = model, None, None
        self._planes.drop()
        self._write_caption("")
        self.timeline.stop_film()
        self.timeline.set_steps([])
        self.timeline.go_live()
        self.wall.clear()
        self.scene.set_real(None)
        self.scene.set_fakes(None)
        self.scene.set_scene(None)
        self.refresh(frozenset({"real", "samples", "scene", "timeline", "marks", "state", "progress", "name"}))

    def set_verdict(self, text: str) -> None:
        """A short word on how the run goes, where there is no room for the health column; empty for none."""
        self._verdict.setText(text)
        self._write_caption()

    def _write_caption(self, step: str | None = None, weights: str = "") -> None:
        """Says what is shown; where the verdict needs the room, the weights stand in the tooltip."""
        if step is not None:
            self._written = (step, weights)
        state = self._model.state if self._model is not None else ""
        held = state_text(state) if state in ("paused", "stopping") else ""
        whole = " · ".join(part for part in (held, *self._written) if part)
        short = " · ".join(part for part in (held, self._written[0]) if part)
        self._caption.setText(short if self._verdict.text() else whole)
        self._caption.setToolTip(whole)

    def refresh(self, aspects: frozenset[str]) -> None:
        """Shows what has changed in the run."""
        model = self._model
        if model is None:
            return
        if aspects & {"name", "state"}:
            self._arrange(model)
        if "real" in aspects and model.real is not None:
            items: Any = model.real.items
            if items.ndim == 4:
                self.wall.set_real(items, model.real.scores, model.real.panels)
            else:
                self.scene.set_real(items)
        if aspects & {"timeline", "progress", "state"}:
            self.timeline.set_steps(model.stops)
            self.timeline.set_live_step(model.step if model.live else None, model.state)
            self._write_caption()
        if "marks" in aspects:
            self.timeline.set_checkpoints(model.checkpoints, model.best, model.best_text)
        if self.follows:
            if "samples" in aspects:
                self._show(model.samples)
            if aspects & {"samples", "scene", "marks", "state"}:
                self._ask_scene()

    @property
    def follows(self) -> bool:
        """The newest belong on view: the run is followed, or it has ended and nobody looks back."""
        newest, shown = self._model and self._model.samples, self.timeline.selected_step()
        return self.timeline.is_live() or (shown is not None and newest is not None and shown == newest.step)

    def _arrange(self, model: RunModel) -> None:
        """What can be chosen, and what stands where pictures will be, or would have been."""
        for view, soon in (
            (self.wall, _("Samples appear here as soon as the networks are built.")),
            (self.scene, _("Points appear here as soon as the networks are built.")),
        ):
            view.set_empty_text(soon if model.live else _("It ended before anything was drawn."))
        spec = model.spec
        points = spec is not None and spec.kind == "points"
        explorable = spec is not None and not spec.translates and model.path is not None
        self.wall.explorable = self.scene.explorable = explorable
        for widget in (self.mode, self._sort):
            widget.setVisible(spec is not None and not points)
        self.source.setVisible(spec is not None and bool(model.experiment.hyper.get("ema", 0)))
        self.source.set_value(model.source)
        self._pages.setCurrentWidget(self.scene if points else self.wall)
        if spec is not None and points and spec is not self._spec:  # only then: it forgets where a person has zoomed to
            self.scene.set_spec(spec.extent, spec.modes, spec.mode_std)
        self._spec = spec

    def _show(self, samples: Samples | None) -> None:
        model = self._model
        if samples is None or model is None:
            return
        self.shown = samples
        weights = _("average weights") if samples.source == "ema" else _("raw weights")
        self._write_caption(step_text(samples.step), weights)
        items: Any = samples.items
        if items.ndim == 4:
            probability = words_of(model.tables.get("steps"), "score") is None
            groups = samples.groups, samples.group_names
            self.wall.set_samples(items, samples.scores, probability, samples.panels, *groups)
            return
        self.scene.set_fakes(items, samples.groups, samples.group_names)
        if model.spec is not None and model.spec.modes:
            self.scene.set_mode_hits(captured(items, model.spec)[0])

    def _ask_scene(self) -> None:
        """The layers of what is on view: as the trainer hands them over, else from the newest checkpoint until then."""
        model = self._model
        if model is None or model.spec is None or model.spec.pictures:
            return
        if model.here and self.timeline.is_live():
            self._planes.drop()
            self.scene.set_scene(model.scene)
        elif self.shown is not None:
            self._planes.ask(model, self.shown.step, model.box)

    def _show_scene(self, scene: Scene | None, why: str) -> None:
        other = scene is not None and (self.shown is None or scene.step != self.shown.step)
        self.scene.set_scene(scene, _("D of step {step}").format(step=f"{scene.step:,}") if scene and other else why)

    def _look(self, box: Box) -> None:
        if self._model is not None:
            self._model.look_at(box)
            self._ask_scene()

    def _show_stored(self, step: int) -> None:
        samples = self._model.stored(step) if self._model is not None else None
        if samples is not None:
            self._show(samples)
            self._ask_scene()
        self.step_shown.emit(step)

    def _show_live(self) -> None:
        if self._model is not None:
            self._show(self._model.samples)
            self._ask_scene()
        self.step_shown.emit(None)

    def _choose_sample(self, place: int) -> None:
        model = self._model
        live = model is not None and model.here and self.timeline.is_live()
        self.sample_chosen.emit(model, None if live or self.shown is None else self.shown.step, place)

    def go_to(self, step: int) -> None:
        """Shows the stored grid nearest to a step."""
        if self._model is not None and self._model.stops:
            self.timeline.select_step(min(self._model.stops, key=lambda stop: abs(stop - step)))
