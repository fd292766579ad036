"""Policy files: the store and its lock, silenced warnings, and tests of policies."""
