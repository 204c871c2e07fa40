"""Run folders on disk: made, written by one process, read and followed by any number.

Its parts are imported when they are first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganstudio.core.faces import face

if TYPE_CHECKING:
    from ganstudio.store.checkpoints import (
        BadCheckpoint,
        CheckpointCheck,
        find_checkpoint,
        is_milestone,
        load_checkpoint,
        newest_usable,
    )
    from ganstudio.store.folder import RunInfo, create_run, runs_folder, set_runs_folder
    from ganstudio.store.follow import Follower
    from ganstudio.store.library import (
        Trashed,
        delete_run,
        empty_trash,
        list_runs,
        list_trash,
        rename_run,
        restore_run,
        taken_names,
        thin_run,
    )
    from ganstudio.store.queue import WriteQueue
    from ganstudio.store.run import Run
    from ganstudio.store.samples import sample_schedule
    from ganstudio.store.scores import append_scores, read_scores
    from ganstudio.store.status import RunStatus
    from ganstudio.store.thinning import Keep, Plan, hold, plan
    from ganstudio.store.writer import RunWriter

__all__ = [
    "BadCheckpoint",
    "CheckpointCheck",
    "Follower",
    "Keep",
    "Plan",
    "Run",
    "RunInfo",
    "RunStatus",
    "RunWriter",
    "Trashed",
    "WriteQueue",
    "append_scores",
    "create_run",
    "delete_run",
    "empty_trash",
    "find_checkpoint",
    "hold",
    "is_milestone",
    "list_runs",
    "list_trash",
    "load_checkpoint",
    "newest_usable",
    "plan",
    "read_scores",
    "rename_run",
    "restore_run",
    "runs_folder",
    "sample_schedule",
    "set_runs_folder",
    "taken_names",
    "thin_run",
]

__getattr__ = face(
    __name__,
    {
        "checkpoints": "BadCheckpoint CheckpointCheck find_checkpoint is_milestone load_checkpoint newest_usable",
        "folder": "RunInfo create_run runs_folder set_runs_folder",
        "follow": "Follower",
        "library": "Trashed delete_run empty_trash list_runs list_trash rename_run restore_run taken_names thin_run",
        "queue": "WriteQueue",
        "run": "Run",
        "samples": "sample_schedule",
        "scores": "append_scores read_scores",
        "status": "RunStatus",
        "thinning": "Keep Plan hold plan",
        "writer": "RunWriter",
    },
)
