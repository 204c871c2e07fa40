"""The state of the studio, without Qt."""
