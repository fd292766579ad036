"""
What ecrkit needs from a machine and an account, and whether it is there.

- ``values``: a probe and its status
- ``machine``: Python, Node and the CDK CLI
- ``extras``: Python packages, boto3 among them
- ``containers``: docker, podman and skopeo
- ``account``: credentials, Region and bootstrap versions
"""

from ecrkit.aws.doctor.account import examine_account
from ecrkit.aws.doctor.containers import examine_tools
from ecrkit.aws.doctor.extras import examine_boto3, examine_extras
from ecrkit.aws.doctor.machine import examine_app, examine_cdk, examine_node, examine_python
from ecrkit.aws.doctor.values import Probe, Status

__all__ = [
    "Probe",
    "Status",
    "examine_account",
    "examine_app",
    "examine_boto3",
    "examine_cdk",
    "examine_extras",
    "examine_node",
    "examine_python",
    "examine_tools",
]
