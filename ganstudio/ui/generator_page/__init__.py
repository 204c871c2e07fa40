"""What Explore, Paint and Translate have in common: the bar that chooses the generator, the page, taking things home."""

from ganstudio.ui.generator_page.source_bar import SourceBar

__all__ = ["SourceBar"]
