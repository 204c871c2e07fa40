"""The person's settings, as far as commands heed them: where runs and data are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganstudio.cli.output import say

if TYPE_CHECKING:
    from ganstudio.app.choices import Settings


def use_settings() -> Settings:
    """Puts runs and data where the settings want them, and returns these; what is wrong with them is said on stderr."""
    from ganstudio.app.notifications import Notifications
    from ganstudio.app.settings import SettingsStore, apply_folders

    hub = Notifications()
    hub.subscribe(lambda message: say(f"ganstudio: {message.text}"))
    values = SettingsStore(hub=hub).values
    apply_folders(values)
    return values
