"""Paint without Qt: canvases, their documents, the painter."""
