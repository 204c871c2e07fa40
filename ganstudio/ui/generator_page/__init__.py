"""What Explore, Paint and Translate have in common: the bar that chooses the generator, and how a thread wakes a page."""

from ganstudio.ui.generator_page.busy_line import BusyLine
from ganstudio.ui.generator_page.source_bar import SourceBar
from ganstudio.ui.generator_page.wake import Waker

__all__ = ["BusyLine", "SourceBar", "Waker"]
