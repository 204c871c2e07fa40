"""Keys of the Evaluate table, where the window looks for those of a workspace; its actions need no Qt."""

from ganstudio.app.evaluate.actions import shortcut_rows as shortcut_rows
