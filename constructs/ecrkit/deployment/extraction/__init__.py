"""
The lifecycle policies of CloudFormation templates as files of a store.

- ``templates``: finds the policies in the templates of a file or folder
- ``lines``: the lines of a template where its resources are
- ``plan``: names the policies, and writes those that the store does not have
"""

from ecrkit.deployment.extraction.plan import ExtractedPolicy, Extraction, plan_extraction, write_extraction
from ecrkit.deployment.extraction.templates import FoundPolicy, Place, Unknown, find_policies, template_files

__all__ = [
    "ExtractedPolicy",
    "Extraction",
    "FoundPolicy",
    "Place",
    "Unknown",
    "find_policies",
    "plan_extraction",
    "template_files",
    "write_extraction",
]
