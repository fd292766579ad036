"""The checks of a lifecycle policy."""
