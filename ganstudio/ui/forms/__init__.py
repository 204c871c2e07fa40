"""Forms made from typed fields."""

from ganstudio.ui.forms.editors import QuietCombo, Switch, editor_for
from ganstudio.ui.forms.form import FieldForm
from ganstudio.ui.forms.number import NumberEdit
from ganstudio.ui.forms.row import FieldRow, help_html

__all__ = [
    "FieldForm",
    "FieldRow",
    "NumberEdit",
    "QuietCombo",
    "Switch",
    "editor_for",
    "help_html",
]
