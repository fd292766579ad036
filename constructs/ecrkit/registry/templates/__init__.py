"""
What a CloudFormation template determines, without AWS: the values that its expressions can have.

:class:`Resolver` works out expressions for one choice of parameters, :func:`possible_values` for all that matter.
:func:`policy_texts` gives the lifecycle policy of a resource. :func:`judge_policy` checks it, and :func:`judge_access`
the access policy, whatever writes them.
"""

from ecrkit.registry.templates.access import ACCESS_PROPERTIES, AccessProperty, judge_access
from ecrkit.registry.templates.choices import Choice, candidates, choices, possible_values
from ecrkit.registry.templates.expressions import NO_VALUE, displayed, is_known, key_of, same, scalar_text
from ecrkit.registry.templates.loops import parse_loop
from ecrkit.registry.templates.macros import WHOLE_TEMPLATE, macro_notes, macros_of
from ecrkit.registry.templates.policies import Judged, PolicyTexts, judge_policy, policy_texts
from ecrkit.registry.templates.resolver import OTHER, Asked, Resolver, Unexpanded, pseudo_parameters
from ecrkit.registry.templates.rulebook import TEMPLATE_RULEBOOK

__all__ = [
    "ACCESS_PROPERTIES",
    "NO_VALUE",
    "OTHER",
    "TEMPLATE_RULEBOOK",
    "WHOLE_TEMPLATE",
    "AccessProperty",
    "Asked",
    "Choice",
    "Judged",
    "PolicyTexts",
    "Resolver",
    "Unexpanded",
    "candidates",
    "choices",
    "displayed",
    "is_known",
    "judge_access",
    "judge_policy",
    "key_of",
    "macro_notes",
    "macros_of",
    "parse_loop",
    "policy_texts",
    "possible_values",
    "pseudo_parameters",
    "same",
    "scalar_text",
]
