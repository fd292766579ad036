"""
``ecrkit init``: start a registry repository, and bring it to a newer ecrkit.

- ``command``: the command
- ``answers``: account, Region and CI, given, asked or recorded
- ``installation``: how ecrkit was installed, so that the new repository installs the same
- ``starter``: every file of the new repository
- ``record``: ``.ecrkit.json``, what ecrkit wrote
- ``changes``: compare a directory with these files, and write
- ``report``: what was written, and what to do next
- ``files/``: the templates of the files
"""

from ecrkit.cli.init.command import init

__all__ = ["init"]
