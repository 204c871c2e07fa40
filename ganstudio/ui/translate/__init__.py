"""The Translate workspace: a picture goes in, another comes out."""
