"""ganstudio: train a generative adversarial network, watch it learn, and play with what it learned."""

__version__ = "0.1.0"
