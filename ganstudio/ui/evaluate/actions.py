"""Actions and keys of the Evaluate table, where the window looks for those of a workspace; they need no Qt."""

from ganstudio.app.evaluate.actions import evaluate_actions as evaluate_actions
from ganstudio.app.evaluate.actions import shortcut_rows as shortcut_rows
