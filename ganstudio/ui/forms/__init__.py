"""Forms made from typed fields."""

from ganstudio.ui.forms.editors import QuietCombo, editor_for
from ganstudio.ui.forms.form import FieldForm
from ganstudio.ui.forms.number import NumberEdit

__all__ = ["FieldForm", "NumberEdit", "QuietCombo", "editor_for"]
