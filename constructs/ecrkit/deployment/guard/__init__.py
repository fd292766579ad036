"""
What a deploy would lose: two states of the same stacks compared, without AWS and without CDK.

:func:`read_assembly` gives the stacks that a folder of CDK declares, :func:`compare` what goes wrong on the way from
one state to another.
"""

from ecrkit.deployment.guard.allowances import Allowance, Allowances, acknowledge, refused
from ecrkit.deployment.guard.assembly import read_assembly, read_baseline
from ecrkit.deployment.guard.comparison import compare
from ecrkit.deployment.guard.resources import stack_of, with_deployed_parameters
from ecrkit.deployment.guard.rulebook import GUARD_RULEBOOK
from ecrkit.deployment.guard.templates import parse_template
from ecrkit.deployment.guard.values import GuardFinding, Resource, Source, Stack

__all__ = [
    "GUARD_RULEBOOK",
    "Allowance",
    "Allowances",
    "GuardFinding",
    "Resource",
    "Source",
    "Stack",
    "acknowledge",
    "compare",
    "parse_template",
    "read_assembly",
    "read_baseline",
    "refused",
    "stack_of",
    "with_deployed_parameters",
]
