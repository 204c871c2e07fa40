"""Runs are measured, compared and studied: no Qt."""
