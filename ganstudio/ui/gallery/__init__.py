"""The first screen."""

from ganstudio.ui.gallery.card import CardWidget
from ganstudio.ui.gallery.page import GalleryPage

__all__ = ["CardWidget", "GalleryPage"]
