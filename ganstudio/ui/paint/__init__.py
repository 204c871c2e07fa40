"""The Paint workspace: a label map is painted, and a picture follows."""
