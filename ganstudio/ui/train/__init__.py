"""The Train workspace: the gallery, the experiment form, and a run while it learns."""
