"""
Run Python here without what Windows lacks: ``python windows.py SCRIPT ARGUMENT…``.

It removes the names from ``os``, ``signal``, ``select`` and ``socket``, and hides the modules. The standard library
needs some of them on this system, so it is imported first. What only a real Windows shows stays open: drive letters,
locked files, line ends.
"""

from __future__ import annotations

import importlib
import os
import runpy
import select
import signal
import socket
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

__all__ = ["MODULES", "NAMES", "hide"]

MODULES = ("crypt", "curses", "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty")
"""Modules whose documentation says "Availability: Unix"."""


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NAMES: Mapping[ModuleType, Sequence[str]] = {
    os: _names("""
        O_ASYNC O_CLOEXEC O_DIRECT O_DIRECTORY O_DSYNC O_LARGEFILE O_NDELAY O_NOATIME O_NOCTTY O_NOFOLLOW O_NONBLOCK
        O_RSYNC O_SYNC chown chroot ctermid fchdir fchown fdatasync fork forkpty fstatvfs get_blocking
        getegid geteuid getgid getgroups getloadavg getpgid getpgrp getpriority getresgid getresuid getsid getuid
        getxattr killpg lchown listxattr lockf mkfifo mknod nice openpty pathconf pipe2 posix_fadvise posix_fallocate
        posix_spawn posix_spawnp pread preadv pwrite pwritev readv register_at_fork removexattr sched_getaffinity
        sched_yield sendfile set_blocking setegid seteuid setgid setgroups setpgid setpriority setsid setuid setxattr
        statvfs sync sysconf tcgetpgrp tcsetpgrp uname wait wait3 wait4 waitid writev
    """),
    signal: _names("""
        SIGALRM SIGBUS SIGCHLD SIGCLD SIGCONT SIGHUP SIGIO SIGIOT SIGKILL SIGPIPE SIGPOLL SIGPROF SIGPWR SIGQUIT
        SIGRTMAX SIGRTMIN SIGSTKFLT SIGSTOP SIGSYS SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2 SIGVTALRM
        SIGWINCH SIGXCPU SIGXFSZ alarm getitimer pause pthread_kill pthread_sigmask setitimer siginterrupt sigpending
        sigwait
    """),
    select: ("epoll", "poll"),
    socket: ("AF_UNIX", "SO_REUSEPORT"),
}
"""Names that the modules of this system have, and those of Windows do not."""

_STANDARD = ("asyncio", "concurrent.futures", "logging.handlers", "multiprocessing", "random", "subprocess", "tempfile")
_OTHERS = ("getpass", "platform", "shutil", "tarfile", "urllib.request", "uuid", "webbrowser", "zipfile")


def hide() -> None:
    """Remove, until this process ends, what Windows lacks."""
    for needed in (*_STANDARD, *_OTHERS):
        importlib.import_module(needed)
    for module, names in NAMES.items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    for missing in MODULES:
        sys.modules[missing] = None  # type: ignore[assignment] # importing it fails then, as where it is missing


if __name__ == "__main__":
    hide()
    del sys.argv[0]
    sys.path[0] = ""
    runpy.run_path(sys.argv[0], run_name="__main__")
