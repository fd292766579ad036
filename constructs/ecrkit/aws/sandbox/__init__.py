"""
A local AWS for one command: MiniStack on a loopback port of its own, bootstrapped by the real CDK.

Nothing outlives the process that asked for it. The server reads a pipe whose only writer is that
process; when the pipe ends, for whatever reason, SIGKILL included, the server ends what it was told
to watch, removes its files and kills itself.

Two of them never meet. Each has its own files, and a socket that is made here, on a port that the
kernel picks, and inherited by the server: no moment passes between finding the port and taking it.

MiniStack runs in a Python environment of its own, in the user's cache. The first sandbox makes it.

Several accounts and regions live in one server. The access key id is the account, and the roles
that ``cdk deploy`` assumes lead to the account in their ARN, so that an app of many environments
deploys with the credentials of any one. A push or a pull is not signed and goes to the account and
region called *home*.
"""

from __future__ import annotations

from ecrkit.aws.sandbox.bootstrapping import bootstrap, find_cdk
from ecrkit.aws.sandbox.commands import run_command
from ecrkit.aws.sandbox.environment import environment_directory, prepare_environment
from ecrkit.aws.sandbox.running import Sandbox, Target, running_sandbox
from ecrkit.aws.sandbox.samples import push_sample, sample_image, write_layout
from ecrkit.aws.sandbox.steps import node_first, run_step

__all__ = [
    "Sandbox",
    "Target",
    "bootstrap",
    "environment_directory",
    "find_cdk",
    "node_first",
    "prepare_environment",
    "push_sample",
    "run_command",
    "run_step",
    "running_sandbox",
    "sample_image",
    "write_layout",
]
