"""A window to read in: pages on the left, what they say on the right, and a line to search them by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QDialog, QTextBrowser, QTreeWidgetItem, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.grouped import GroupedRows
from ganstudio.ui.kit.parts import boxed, entry, line
from ganstudio.ui.kit.theme import current_theme, theme_hub

if TYPE_CHECKING:
    from ganstudio.app.help import Page


class Reader(QDialog):
    """Stays beside the work. Nothing in it opens anything outside.

    Args:
        title: of the window.
        pages: what there is to read, group by group.
        parent: the window it belongs to.
    """

    def __init__(self, title: str, pages: Sequence[Page], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._pages = {page.key: page for page in pages}
        self._shown: Page | None = None
        self.list = GroupedRows(_("Pages"), _("What there is to read"))
        words = _("Finds pages that hold all these words; Enter opens the first one")
        self.search = entry(_("Search"), words, changed=self.list.search, clear=True)
        self.search.returnPressed.connect(self._go_first)
        self.list.setFixedWidth(230)
        for page in pages:
            self.list.add(page.group, (page.title,), page.key, page.words)
        self.list.currentItemChanged.connect(self._chosen)
        self.text = QTextBrowser()
        self.text.setAccessibleName(title)
        self.text.setOpenLinks(False)
        self.text.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.text.document().setDocumentMargin(20)
        self.text.anchorClicked.connect(lambda url: self.show_page(url.path()))
        left = boxed(self.search, self.list, gap=8, margins=(12, 12, 12, 12))
        boxed(left, line(horizontal=False), self.text, across=True, into=self, stretch=self.text)
        self.resize(1000, 660)
        theme_hub.changed.connect(self._draw)

    def show_page(self, key: str, anchor: str = "") -> None:
        """Opens a page, at a place on it where there is such a place."""
        self.search.clear()
        if (item := dict(self.list.rows()).get(key)) is not None:
            self.list.setCurrentItem(item)
            self.text.scrollToAnchor(anchor or self._pages[key].anchor)
        self.show()
        self.raise_()
        self.activateWindow()

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        page = next((self._pages[key] for key, row in self.list.rows() if row is item), None)
        if page is None:
            return
        new, self._shown = self._shown is None or page.html != self._shown.html, page
        if new:
            self._draw()
        self.text.scrollToAnchor(page.anchor)

    def _draw(self) -> None:
        if self._shown is not None:
            theme, fixed = current_theme(), QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
            self.text.document().setDefaultStyleSheet(
                f"h2, h3, p, td {{ color: {theme.text}; }} a {{ color: {theme.accent}; }} "
                f".muted, td.number {{ color: {theme.text_muted}; }} code, td.formula {{ font-family: '{fixed}'; }} "
                f"td.formula {{ font-size: {theme.normal - 1}px; }} p {{ margin-top: 6px; margin-bottom: 6px; }} "
                f"table.formula {{ background-color: {theme.surface}; margin-top: 4px; margin-bottom: 4px; }} "
                "h3 { margin-top: 18px; margin-bottom: 4px; }"
            )
            self.text.setHtml(self._shown.html)

    def _go_first(self) -> None:
        """To the first page whose title holds the words, else the first that does."""
        found, text = [item for _key, item in self.list.rows()], self.search.text().casefold()
        if found:
            self.list.setCurrentItem(next((item for item in found if text in item.text(0).casefold()), found[0]))
