"""The person's settings, as far as commands heed them: where runs and data are."""

from __future__ import annotations

from ganstudio.cli.output import say


def use_settings() -> None:
    """Puts runs and data where the settings want them; what is wrong with the settings is said on stderr."""
    from ganstudio.app.notifications import Notifications
    from ganstudio.app.settings import SettingsStore, apply_folders

    hub = Notifications()
    hub.subscribe(lambda message: say(f"ganstudio: {message.text}"))
    apply_folders(SettingsStore(hub=hub).values)
