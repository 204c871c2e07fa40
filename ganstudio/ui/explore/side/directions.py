"""Directions: those one keeps, how far one has gone along each, and how to find more."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ganstudio.app.explore import kept_directions
from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.finders import Finding, latent_of
from ganstudio.app.explore.picks import Picks
from ganstudio.app.studio import Studio
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _, plural
from ganstudio.explore.direction_files import load_directions, save_directions
from ganstudio.explore.rendering import Work
from ganstudio.explore.state import Direction, ExploreState
from ganstudio.explore.views import many
from ganstudio.ui.explore.parts import Part
from ganstudio.ui.explore.side.direction_row import ROW_HEIGHT, DirectionRow, quality_text
from ganstudio.ui.explore.side.find_directions import FindForm
from ganstudio.ui.generator_page.exports import file_name
from ganstudio.ui.kit.files import ask_file, ask_where, tell_saved
from ganstudio.ui.kit.motion import reveal
from ganstudio.ui.kit.parts import ElidedLabel, boxed, label, line, push_button, say, scrolled, tool_button
from ganstudio.ui.pictures.grid import PictureGrid, Sides

STRIP = (-3, -2, -1, 0, 1, 2, 3)
"""Strengths of the pictures along a direction."""
STRIP_HEIGHT = 80


class DirectionsPanel(Part):
    """Kept directions of the present generator; below them seven pictures along the chosen one.

    Args:
        explorer: whose.
        studio: where errors and jobs go.
        picks: samples that a person wants more or less of.
    """

    urgency = 3

    def __init__(self, explorer: Explorer, studio: Studio, picks: Picks) -> None:
        strip = PictureGrid(_("Along the direction"), _("Click: go so far along the direction"))
        super().__init__(explorer, "direction strip", strip)
        self._studio = studio
        self.finding = Finding(explorer, studio)
        self.rows: list[DirectionRow] = []
        self.selected = -1
        self._shown: Direction | None = None
        self._strengths: dict[str, float] | None = None
        self.find_button = push_button(_("Find directions"), "", _("Shows the ways of finding directions"))
        self.find_button.setCheckable(True)
        self.find_button.toggled.connect(self._unfold)
        words = _("Import directions from a JSON file")
        self.import_button = tool_button("folder", _("Import directions"), words, clicked=self.ask_import)
        words = _("Export all directions as a JSON file")
        self.export_button = tool_button("export", _("Export directions"), words, clicked=self.ask_export)
        words = _("Back to strength 0 along every direction")
        self.reset_button = tool_button("reset", _("Reset all"), words, clicked=lambda: kept_directions.reset(explorer))
        self.form = FindForm(explorer, picks, self.finding)
        self.form.hide()
        self._empty = label("", "muted", wrap=True)
        self.detail = self._make_detail(strip)
        self._lay_out()
        explorer.kept_changed.connect(self._refresh)
        explorer.state_changed.connect(self._show_strengths)
        explorer.source_changed.connect(self._refresh)
        self.finding.found.connect(self._found)
        self._refresh()

    def _make_detail(self, strip: PictureGrid) -> QWidget:
        """What is shown of the chosen direction: seven pictures along it, and what can be done with it."""
        words = [f"{strength:+d}".replace("-", "−") if strength else "0" for strength in STRIP]
        strip.setMinimumSize(96, STRIP_HEIGHT)
        strip.setFixedHeight(STRIP_HEIGHT)
        strip.prepare(len(STRIP), len(STRIP), Sides(columns=words))
        strip.set_names([_("strength {value}").format(value=word) for word in words])
        strip.clicked.connect(lambda place: self.rows[self.selected].go(float(STRIP[place])))
        self._title, self._about = ElidedLabel("", "strong"), label("", "small", wrap=True)
        rename = tool_button(
            "rename", _("Rename the direction"), _("Rename (F2, or double click on the name)"),
            clicked=lambda: self.rows[self.selected].edit_name(),
        )  # fmt: skip
        self.remove_button = tool_button(
            "trash", _("Remove the direction"), _("Remove (Delete); can be undone"),
            clicked=lambda: self.remove(self.selected),
        )  # fmt: skip
        bar = boxed(self._about, rename, self.remove_button, across=True, gap=4, stretch=self._about)
        made = QWidget()
        boxed(line(), self._title, strip, bar, gap=4, into=made)
        return made

    def _lay_out(self) -> None:
        bar = boxed(self.find_button, self.reset_button, self.import_button, self.export_button, across=True, gap=4,
                    stretch=self.find_button)  # fmt: skip
        self._inside = QWidget()
        self._list = boxed(into=self._inside)
        self.area, self._hairline = scrolled(self._inside), line()
        boxed(bar, self.form, self._empty, self._hairline, self.area, self.detail, margins=(8, 8, 8, 8), gap=8,
              into=self, stretch=self.area).addStretch(0)  # fmt: skip

    # -- what is shown ----------------------------------------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        """The directions in their order."""
        return list(self.explorer.kept.directions)

    def _refresh(self) -> None:
        """Shows what is kept now: rows are used again, and made or taken away only at the end."""
        directions, possible = self.explorer.kept.directions, latent_of(self.explorer) is not None
        while len(self.rows) > len(directions):
            row = self.rows.pop()
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        while len(self.rows) < len(directions):
            self._add_row()
        say(self._empty, "" if directions else self._empty_words(possible))
        for widget in (self._hairline, self.area):
            widget.setVisible(bool(directions))
        for button in (self.find_button, self.import_button):
            button.setEnabled(possible)
        self.export_button.setEnabled(bool(directions))
        self.find_button.setChecked(possible and self.find_button.isChecked())
        self.form.refresh()
        for row, (name, direction) in zip(self.rows, directions.items(), strict=True):
            row.show_direction(name, direction)
        self._strengths = None
        self._show_strengths()
        self._inside.setFixedHeight(ROW_HEIGHT * len(self.rows))
        self._list.activate()
        self.area.setMaximumHeight(self._inside.height())  # the strip follows a short list at once
        self.select(min(self.selected, len(directions) - 1))

    def _empty_words(self, possible: bool) -> str:
        if self.explorer.opened is None:
            return _("Directions of a generator are kept here. Open a generator first.")
        if not possible:
            return _("This generator has no latent vector, so there are no directions to find.")
        return _("Nothing is kept yet. Find directions along which the pictures change, name them, and go along them.")

    def _add_row(self) -> None:
        row, place = DirectionRow(self.explorer), len(self.rows)
        self.rows.append(row)
        self._list.addWidget(row)
        row.show()  # the list counts only what is not hidden, and one scrolls to a new row at once
        row.selected.connect(lambda: self.select(place))
        row.remove_wanted.connect(lambda: self.remove(place))
        row.step_wanted.connect(lambda by: self._step(place, by))

    def _show_strengths(self) -> None:
        """Called at every move of any control: where the directions are not concerned, there is nothing to do."""
        state = self.explorer.state
        strengths = {} if state is None else state.strengths
        if strengths == self._strengths:
            return
        self._strengths = dict(strengths)
        for row, name in zip(self.rows, self.names, strict=False):
            row.slider.set_value(strengths.get(name, 0.0))
        self.reset_button.setEnabled(any(strengths.get(name) for name in self.names))
        self._show_detail()

    def _unfold(self, shown: bool) -> None:
        reveal(self.form, shown)
        if shown:
            self.form.way_box.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- the strip of the chosen one --------------------------------------------------------------------------------

    def select(self, place: int) -> None:
        """Shows the strip of a row; −1: of none."""
        if place >= len(self.rows):
            return
        self.selected = place
        for number, row in enumerate(self.rows):
            row.set_chosen(number == place)
        self.detail.setVisible(place >= 0)
        self._show_detail()
        self.redraw()

    def _show_detail(self) -> None:
        if 0 <= self.selected < len(self.rows):
            name, state = self.names[self.selected], self.explorer.state
            strength = 0.0 if state is None else state.strengths.get(name, 0.0)
            self._title.setText(name)
            self._about.setText(quality_text(self.explorer.kept.directions[name]))
            near = (place for place, there in enumerate(STRIP) if abs(there - strength) < 0.05)
            self.grid.choose(next(near, -1))

    def redraw(self, *_anything: object) -> None:
        """Seven pictures of the chosen direction, while somebody sees them; where it is the same one, they stay."""
        seen = 0 <= self.selected < len(self.rows) and self.isVisible()
        name = self.names[self.selected] if seen else ""
        wanted = self.explorer.kept.directions[name] if seen else None
        if wanted is not self._shown:
            self.grid.blank()
            self._shown = wanted
            self.explorer.show(self.channel, partial(self._strip, name) if seen else None, self.urgency)

    def _strip(self, name: str, state: ExploreState) -> Work:
        states = [state.with_(strengths={**state.strengths, name: float(there)}) for there in STRIP]
        return many([self.explorer.effective(one) for one in states])

    # -- what can be done -------------------------------------------------------------------------------------------

    def remove(self, place: int) -> None:
        """Keeps a direction no longer; can be undone."""
        if not 0 <= place < len(self.rows):
            return
        had_keyboard = self.rows[place].hasFocus() or self.remove_button.hasFocus()
        kept_directions.remove(self.explorer, [self.names[place]])
        if had_keyboard:
            next_one = self.rows[min(place, len(self.rows) - 1)] if self.rows else self.find_button
            next_one.setFocus(Qt.FocusReason.OtherFocusReason)

    def _step(self, place: int, by: int) -> None:
        there = place + by
        if 0 <= there < len(self.rows):
            old, new = self.rows[place], self.rows[there]
            (new.slider if old.slider.hasFocus() else new).setFocus(Qt.FocusReason.OtherFocusReason)
            self.area.ensureWidgetVisible(new)

    def _found(self, names: list[str]) -> None:
        if names:
            self.select(self.names.index(names[0]))
            for row in (min(self.selected + 2, len(self.rows) - 1), self.selected):
                self.area.ensureWidgetVisible(self.rows[row])

    # -- files ------------------------------------------------------------------------------------------------------

    def ask_export(self) -> None:
        """Asks for a file and writes all directions."""
        opened, kinds = self.explorer.opened, _("Directions (*.json)")
        suggestion = file_name("generator" if opened is None else opened.title, "directions", ending="json")
        chosen = ask_where(self, _("Export directions"), suggestion, kinds, (".json",), "directions")
        if chosen is not None:
            self.export_to(chosen)

    def export_to(self, path: Path) -> None:
        """Writes all directions."""
        kept = self.explorer.kept.directions
        try:
            save_directions(path, list(kept.values()))
        except StudioError as error:
            self._studio.report(error)
        else:
            text = plural("{n} direction was written.", "{n} directions were written.", len(kept))
            tell_saved(path, text, self._studio.notifications)

    def ask_import(self) -> None:
        """Asks for a file and keeps what is in it."""
        chosen = ask_file(self, _("Import directions"), _("Directions (*.json)"), "directions")
        if chosen is not None:
            self.import_from(chosen)

    def import_from(self, path: Path) -> None:
        """Keeps what is in a file; refuses directions of another generator."""
        try:
            found = load_directions(path, self.explorer.controls)
            if not found:
                raise UsageError(_("There are no directions in {file}.").format(file=path.name))
        except StudioError as error:
            self._studio.report(error)
        else:
            self._found(kept_directions.add(self.explorer, found, _("Import directions")))
