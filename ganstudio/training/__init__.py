"""The training session: thread, loop, meters, checkpoints, publishing."""
