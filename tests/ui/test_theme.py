from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.core.errors import UsageError
from ganstudio.core.resources import resource_path
from ganstudio.ui.kit.icons import icon, icon_pixmap
from ganstudio.ui.kit.style import set_theme, style_sheet
from ganstudio.ui.kit.theme import DARK, LIGHT, Theme, contrast, current_theme, theme_hub, ui_font

GROUNDS = ("window", "surface", "raised", "hover", "selected")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_text_can_be_read_on_every_ground(theme: Theme) -> None:
    for ground in GROUNDS:
        for ink in ("text", "text_muted", "error", "accent"):
            assert contrast(getattr(theme, ink), getattr(theme, ground)) >= 4.5, (ink, ground)
    assert contrast(theme.accent_text, theme.accent) >= 4.5
    for ring in GROUNDS[:3]:
        assert contrast(theme.focus, getattr(theme, ring)) >= 3


def test_light_has_the_fixed_meanings_of_colour() -> None:
    assert (LIGHT.generator, LIGHT.discriminator, LIGHT.real) == ("#e69f00", "#0072b2", "#009e73")
    assert (LIGHT.warning, LIGHT.sky, LIGHT.purple) == ("#d55e00", "#56b4e9", "#cc79a7")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_style_sheet_is_whole_and_its_pictures_are_there_in_the_tokens_colours(theme: Theme) -> None:
    sheet = style_sheet(theme)
    assert "$" not in sheet.partition("*/")[2]
    pictures = set(re.findall(r'url\("([^"]+)"\)', sheet))
    assert pictures
    tokens = {theme.text, theme.text_muted, theme.accent_text}
    for picture in pictures:
        colours = set(re.findall(r"#[0-9a-f]{6}", resource_path("style", picture.rpartition("/")[2]).read_text()))
        assert colours
        assert colours <= tokens


def test_hub_tells_once_and_only_of_changes(qapp: QApplication) -> None:
    told: list[str] = []

    def note(theme: Theme) -> None:
        told.append(theme.name)

    theme_hub.changed.connect(note)
    set_theme("dark")
    set_theme("dark")
    assert current_theme() is DARK
    assert qapp.palette().window().color().name() == DARK.window
    set_theme("light")
    theme_hub.changed.disconnect(note)
    assert told == ["dark", "light"]


def test_a_widget_is_polished_as_often_however_deep_it_lies(qtbot: QtBot) -> None:
    class Told(QWidget):
        times = 0

        def changeEvent(self, event: QEvent) -> None:
            self.times += event.type() == QEvent.Type.StyleChange

    outermost = Told()
    qtbot.addWidget(outermost)
    nest = [outermost]
    for _depth in range(12):
        nest.append(Told(nest[-1]))
    outermost.show()
    qtbot.waitExposed(outermost)
    before = [each.times for each in nest]
    set_theme("dark")
    assert all(0 < each.times - seen <= 2 for each, seen in zip(nest, before, strict=True)), "off, and on again"
    assert outermost.palette().window().color().name() == DARK.window


def test_every_icon_draws_in_the_colour_of_the_theme(qapp: QApplication) -> None:
    for name in sorted(path.stem for path in resource_path("icons").glob("*.svg") if path.stem != "app"):
        source = resource_path("icons", f"{name}.svg").read_text()
        assert "currentColor" in source
        image = icon_pixmap(name, 24, "#ff0000", 2.0).toImage()
        assert image.width() == 48
        solid = [image.pixelColor(x, y) for x in range(48) for y in range(48) if image.pixelColor(x, y).alpha() > 250]
        assert solid, name
        assert all(colour.red() > 240 and colour.green() < 16 for colour in solid), name


def test_an_icon_follows_the_theme_and_is_sharp_and_pale_when_disabled(qapp: QApplication) -> None:
    play = icon("stop")

    def middle(mode: QIcon.Mode = QIcon.Mode.Normal) -> int:
        image = play.pixmap(QSize(24, 24), 2.0, mode).toImage()
        assert image.width() == 48
        return max((image.pixelColor(x, 24) for x in range(48)), key=lambda colour: colour.alpha()).lightness()

    light, pale = middle(), middle(QIcon.Mode.Disabled)
    set_theme("dark")
    assert light < 60 < pale
    assert middle() > 200
    with pytest.raises(UsageError, match="nonsense"):
        icon("nonsense")


def test_numbers_are_equally_wide(qapp: QApplication) -> None:
    from PySide6.QtGui import QFontMetricsF

    metrics = QFontMetricsF(ui_font(tabular=True))
    assert metrics.horizontalAdvance("1111") == pytest.approx(metrics.horizontalAdvance("8888"))


def test_system_choice_follows_live(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    dark = [False]
    monkeypatch.setattr("ganstudio.ui.kit.theme.system_is_dark", lambda: dark[0])
    set_theme("system")
    assert current_theme() is LIGHT
    dark[0] = True
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert current_theme() is DARK
    set_theme("light")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert current_theme() is LIGHT


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_colours_of_series_are_seen_and_told_apart(theme: Theme) -> None:
    new = (theme.joint, theme.second_discriminator, theme.second_generator)
    assert all(contrast(one, theme.surface) >= 3 for one in new)
    every = [theme.sky, theme.purple, theme.warning, theme.real, theme.generator, theme.discriminator, *new]
    apart = [
        sum((a - b) ** 2 for a, b in zip(QColor(one).getRgb(), QColor(other).getRgb(), strict=True)) ** 0.5
        for place, one in enumerate(every)
        for other in every[:place]
        if one in new
    ]
    assert min(apart) > 60
    assert len(set(theme.groups)) == len(theme.groups) == 8
