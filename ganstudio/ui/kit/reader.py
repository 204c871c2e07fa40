"""A window to read in: pages on the left, what they say on the right, and a line to search them by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.parts import boxed, entry, line
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font

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
        words = _("Finds pages that hold all these words")
        self.search = entry(_("Search"), words, changed=self._filter, clear=True)
        self.search.returnPressed.connect(self._go_first)
        self.list = QListWidget()
        self.list.setAccessibleName(_("Pages"))
        self.list.setMinimumWidth(200)
        self.list.setMaximumWidth(260)
        group = ""
        for page in pages:
            if page.group != group:
                group = page.group
                head = QListWidgetItem(group, self.list)
                head.setFlags(Qt.ItemFlag.NoItemFlags)
                head.setFont(ui_font(weight=ui_font().weight().DemiBold))
            item = QListWidgetItem(page.title, self.list)
            item.setData(Qt.ItemDataRole.UserRole, page.key)
        self.list.currentItemChanged.connect(self._chosen)
        self.text = QTextBrowser()
        self.text.setAccessibleName(title)
        self.text.setOpenLinks(False)
        self.text.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.text.document().setDocumentMargin(20)
        self.text.anchorClicked.connect(lambda url: self.show_page(url.path()))
        left = boxed(self.search, self.list, gap=8, margins=(12, 12, 12, 12))
        boxed(left, line(horizontal=False), self.text, across=True, into=self, stretch=self.text)
        self.resize(940, 640)
        theme_hub.changed.connect(self._draw)

    def show_page(self, key: str, anchor: str = "") -> None:
        """Opens a page, at a place on it where there is such a place."""
        for row in range(self.list.count()):
            if self.list.item(row).data(Qt.ItemDataRole.UserRole) == key:
                self.search.clear()
                self.list.setCurrentRow(row)
                self.text.scrollToAnchor(anchor or self._pages[key].anchor)
        self.show()
        self.raise_()
        self.activateWindow()

    def _chosen(self, item: QListWidgetItem | None) -> None:
        page = self._pages.get(item.data(Qt.ItemDataRole.UserRole)) if item is not None else None
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
                f".muted {{ color: {theme.text_muted}; }} code, .formula {{ font-family: '{fixed}'; }} "
                f"td.formula {{ background-color: {theme.surface}; }} h3 {{ margin-top: 16px; }}"
            )
            self.text.setHtml(self._shown.html)

    def _filter(self, text: str) -> None:
        words, head, seen = text.casefold().split(), None, False
        for row in range(self.list.count()):
            item = self.list.item(row)
            page = self._pages.get(item.data(Qt.ItemDataRole.UserRole))
            if page is None:
                head, seen = item, False
            hidden = page is None or not all(word in page.words.casefold() for word in words)
            item.setHidden(hidden)
            seen = seen or not hidden
            if head is not None and seen:
                head.setHidden(False)

    def _go_first(self) -> None:
        """Enter: to the first page whose title holds the words, else the first that does."""
        text = self.search.text().casefold()
        rows = [self.list.item(row) for row in range(self.list.count())]
        found = [item for item in rows if item.data(Qt.ItemDataRole.UserRole) and not item.isHidden()]
        if found:
            self.list.setCurrentItem(next((item for item in found if text in item.text().casefold()), found[0]))
