"""Several runs beside each other: a part that any workspace can host."""

from ganstudio.ui.compare.view import CompareView

__all__ = ["CompareView"]
