"""The readers of a catalog: one module for each part of it."""
