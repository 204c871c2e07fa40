"""Evaluate: runs are measured, compared and studied."""
