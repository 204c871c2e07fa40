"""Forms made from typed fields."""

from ganstudio.ui.forms.editors import NumberEdit, QuietCombo, Switch, editor_for
from ganstudio.ui.forms.form import FieldForm
from ganstudio.ui.forms.parts import FoldButton, Hairline, LinkButton, Words
from ganstudio.ui.forms.row import FieldRow, help_html

__all__ = [
    "FieldForm",
    "FieldRow",
    "FoldButton",
    "Hairline",
    "LinkButton",
    "NumberEdit",
    "QuietCombo",
    "Switch",
    "Words",
    "editor_for",
    "help_html",
]
