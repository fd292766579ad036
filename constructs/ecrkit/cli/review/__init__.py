"""``ecrkit review``: the command, and what it prints."""
