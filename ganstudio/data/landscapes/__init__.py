"""Landscapes made on the spot: label maps, and the pictures that belong to them at any time of the day."""

from ganstudio.data.landscapes.classes import LANDSCAPE_CLASSES
from ganstudio.data.landscapes.compose import compose
from ganstudio.data.landscapes.render import render
from ganstudio.data.landscapes.scenes import Example, Scene, example_maps, scene
from ganstudio.data.landscapes.source import sources

__all__ = ["LANDSCAPE_CLASSES", "Example", "Scene", "compose", "example_maps", "render", "scene", "sources"]
