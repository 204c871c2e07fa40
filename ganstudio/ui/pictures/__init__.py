"""Pictures: the wall of samples, its timeline, the 2-D scene and the drawing canvas. Plain numpy in, signals out."""
