"""Estimates and tests from samples."""

__all__ = []
