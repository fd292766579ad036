"""The checks of `ecrkit guard`: what a deploy must not do unnoticed."""

from __future__ import annotations

from ecrkit.errors import Check, Severity, checks_in

__all__ = ["GUARD_RULEBOOK"]

_REPOSITORY = "CloudFormation template reference, AWS::ECR::Repository (read 2026-11)"
_ADDED_ENCRYPTION = "aws-cloudformation/cloudformation-coverage-roadmap, issue 2502 (read 2026-11)"
_DELETION = "CloudFormation template reference, DeletionPolicy attribute (read 2026-11)"
_REPLACE = "CloudFormation template reference, UpdateReplacePolicy attribute (read 2026-11)"
_CONDITIONS = 'CloudFormation user guide, "Conditions"'
_NAMES = 'CloudFormation user guide, "Name type" (read 2026-11)'
_REFACTORING = 'CloudFormation user guide, "Stack refactoring" (read 2026-11)'
_CDK = "decided by ecrkit; the CDK command line deploys and destroys the stacks that the app has, and no others"
_SCHEMAS = "CloudFormation schemas of AWS::ECR types, createOnlyProperties (read 2026-11)"

_MACROS = 'CloudFormation user guide, "Template macros" (read 2026-11)'
_LOOPS = "CloudFormation template reference, Fn::ForEach (read 2026-11)"
_NESTED = 'CloudFormation user guide, "Nested stacks" (read 2026-11)'

_REPLICATION = 'ECR API reference, "PutReplicationConfiguration" and "DeleteReplication" (read 2026-11)'

_EVENTS = "CloudFormation template reference, AWS::Events::Rule (read 2026-11)"

_LET_GO = "put it back; to remove it, deploy it with DeletionPolicy Retain ('removal: retain') first"
_MOVE = "keep it where it is, or move it with 'cdk refactor --unstable=refactor', which moves what exists"

RENAMED = Check(
    code="GRD101",
    title="repository is renamed",
    message="{it} is renamed to {new}: CloudFormation would create another repository, empty, and {fate}",
    remedy="keep the name; or add a second repository, copy the images, and remove {it} when nothing pulls from it",
    source=_REPOSITORY,
)
ENCRYPTION_CHANGED = Check(
    code="GRD102",
    title="encryption is changed",
    message="the create-only EncryptionConfiguration of {it} changes from {old} to {new}: {replacement}",
    remedy="keep {old}; to change the encryption, add a repository with another name and copy the images",
    source=_REPOSITORY,
)
ENCRYPTION_ADDED = Check(
    code="GRD103",
    title="encryption is added",
    message="{it} gains the create-only EncryptionConfiguration {new}: {replacement}",
    remedy="leave the property out ('encryption: omit'); without it images are encrypted with AES256",
    source=_ADDED_ENCRYPTION,
)
ENCRYPTION_REMOVED = Check(
    code="GRD104",
    title="encryption is removed",
    message="{it} loses its create-only EncryptionConfiguration {old}: {replacement}",
    remedy="write out the deployed value: {old}",
    source=_ADDED_ENCRYPTION,
)

REMOVED_KEPT = Check(
    code="GRD111",
    title="repository is removed from its stack",
    message="{it} leaves the stack: its current DeletionPolicy is {policy}, so CloudFormation would {fate}",
    remedy="put it back; or allow it, and delete the repository by hand when nothing pulls from it",
    source=_DELETION,
)
REMOVED_DELETED = Check(
    code="GRD112",
    title="repository is deleted",
    message="{it} leaves the stack: its current DeletionPolicy is {policy}, so CloudFormation would {fate}",
    remedy=_LET_GO,
    source=_DELETION,
)
REMOVED_EMPTIED = Check(
    code="GRD113",
    title="repository is deleted with its images",
    message=(
        "{it} leaves the stack: its current DeletionPolicy is {policy} and EmptyOnDelete is on, so CloudFormation "
        "would {fate}"
    ),
    remedy=_LET_GO,
    source=_DELETION,
)
CONDITIONAL = Check(
    code="GRD114",
    title="repository is made conditional",
    message="{it} exists only under the new or changed condition {condition}: where that is false, it leaves the stack",
    remedy="declare it without a condition",
    source=_CONDITIONS,
)

MOVED_ID = Check(
    code="GRD121",
    title="repository is moved to another logical ID",
    message=(
        "{it} moves to the logical ID {new}: CloudFormation would create it there before it leaves {old}, which "
        "fails while a repository of that name exists"
    ),
    remedy="keep the ID and the scope of its construct; or rename it with 'cdk refactor --unstable=refactor', which "
    "moves what exists",
    source=_NAMES,
)
MOVED_STACK = Check(
    code="GRD122",
    title="repository is moved to another stack",
    message=(
        "{it} moves to the stack {new}: CloudFormation would fail to create it there while it exists, and, where this "
        "stack comes first, {fate}"
    ),
    remedy=_MOVE,
    source=_REFACTORING,
)
RESHARDED = Check(
    code="GRD123",
    title="repository is moved to another shard",
    message=(
        "{it} moves to the stack {new}, because the number of shards changes: CloudFormation would fail to create it "
        "there while it exists, and, where this stack comes first, {fate}"
    ),
    remedy="put back the number of 'shards': once deployed, it is fixed",
    source=_REFACTORING,
)
RESHARDED_IN_PLACE = Check(
    code="GRD124",
    title="number of shards is changed",
    message=(
        "the number of shards changes from {old} to {new}, and with it the stack of every repository by its name: "
        "CloudFormation would fail to create those that move while they exist, unless every name maps to the same "
        "stack as before"
    ),
    remedy="put back 'shards: {old}': once deployed, it is fixed",
    source=_REFACTORING,
)

DELETION_WEAKENED = Check(
    code="GRD131",
    title="DeletionPolicy is weakened",
    message="the DeletionPolicy of {it} is weakened from {old} to {new}: when it leaves the stack, or the stack is "
    "deleted, CloudFormation would {fate}",
    remedy="keep {old} ('removal: retain')",
    source=_DELETION,
)
REPLACE_WEAKENED = Check(
    code="GRD132",
    title="UpdateReplacePolicy is weakened",
    message="the UpdateReplacePolicy of {it} is weakened from {old} to {new}: when it is replaced, CloudFormation "
    "would {fate}",
    remedy="keep {old} ('removal: retain')",
    source=_REPLACE,
)
EMPTIED = Check(
    code="GRD133",
    title="EmptyOnDelete is turned on",
    message="EmptyOnDelete of {it} is turned on: when CloudFormation deletes it, its images no longer prevent that, "
    "and are deleted too",
    remedy="leave it off ('empty_on_delete: false'), and expire images with a lifecycle policy",
    source=_REPOSITORY,
)

DELETIONS_REPLICATED = Check(
    code="GRD134",
    title="replication of deletions is turned on",
    message="{it} is to replicate deletions to {destinations}: from then on, an image that expires or is deleted here "
    "is deleted there, too",
    remedy="leave DeleteReplication off; or check what expires with 'ecrkit policy preview', and allow it",
    source=_REPLICATION,
)

STACK_GONE = Check(
    code="GRD141",
    title="stack is removed from the app",
    message="the stack leaves the app with {what}: 'cdk deploy' would leave it deployed, but unmanaged; deleting it "
    "would {fate}",
    remedy="put it back; or allow it, and remove its resources one by one",
    source=_CDK,
)

SETTING_DELETED = Check(
    code="GRD151",
    title="registry setting is deleted",
    message="{it} leaves the stack: CloudFormation would delete it, because its current DeletionPolicy is {policy}, "
    "and in the whole account and Region {loss}",
    remedy="put it back; to remove it, {removal}",
    source=_DELETION,
)
SETTING_KEPT = Check(
    code="GRD152",
    title="registry setting is removed from its stack",
    message="{it} leaves the stack: CloudFormation would keep it in force, because its current DeletionPolicy is "
    "{policy}, but no stack manages it any more",
    remedy="put it back; or allow it, and delete the setting by hand",
    source=_DELETION,
)
SETTING_REPLACED = Check(
    code="GRD153",
    title="registry setting is replaced",
    message="{property} of {it}, create-only, changes from {old} to {new}: {replacement}",
    remedy="keep it as it is; or take {it} out, delete it by hand where it is kept, and add it again",
    source=_SCHEMAS,
)
SETTING_MOVED = Check(
    code="GRD154",
    title="registry setting is moved",
    message="{it} moves to {new}: CloudFormation would create it there while it exists, and here {fate}",
    remedy=_MOVE,
    source=_REFACTORING,
)

NESTED_UNREAD = Check(
    code="GRD161",
    title="nested stack cannot be read",
    message="cannot read the nested stack {it}: {reason}",
    remedy="synthesize it into the same folder; or allow it, if it has no ECR resources",
    source=_NESTED,
)
LOOP_CHANGED = Check(
    code="GRD162",
    title="unreadable loop is changed",
    message="cannot see the resources of {it}, which changes or leaves the stack: {reason}",
    remedy="write its collection out in the template, or give the parameter a default; or allow it",
    source=_LOOPS,
)
LOOP_UNREAD = Check(
    code="GRD163",
    severity=Severity.NOTE,
    title="unreadable loop is not compared",
    message="not compared: the resources of {it}: {reason}",
    remedy="write its collection out in the template, or give the parameter a default",
    source=_LOOPS,
)
MACRO_CHANGED = Check(
    code="GRD164",
    title="macro is changed",
    message="cannot see what the macro under {it} writes, which changes or leaves the stack: {reason}",
    remedy="compare the processed templates of a change set; or allow it, if it writes no ECR resources",
    source=_MACROS,
)
MACRO_UNREAD = Check(
    code="GRD165",
    severity=Severity.NOTE,
    title="macro is not compared",
    message="not compared: what the macro under {it} writes: {reason}",
    remedy="compare the processed templates of a change set",
    source=_MACROS,
)

LIFECYCLE_CHANGED = Check(
    code="GRD171",
    severity=Severity.NOTE,
    title="lifecycle policy is changed",
    message="the lifecycle policy of {it} {change}, which changes what images expire",
    remedy="run 'ecrkit policy diff OLD NEW --images FILE', or 'ecrkit catalog diff' for a catalog, to see which",
    source=_REPOSITORY,
)
ACCESS_CHANGED = Check(
    code="GRD172",
    severity=Severity.NOTE,
    title="access policy is changed",
    message="the policy that grants access to {it} {change}",
    remedy="run 'cdk diff {where}' to see the statements",
    source=_REPOSITORY,
)
SCANNING_CHANGED = Check(
    code="GRD173",
    severity=Severity.NOTE,
    title="scan setting is changed",
    message="the scan setting of {it} changes from {old} to {new}",
    remedy="run 'cdk diff {where}' to see it, and 'ecrkit audit' after the deploy",
    source=_REPOSITORY,
)
REPLICATION_CHANGED = Check(
    code="GRD174",
    severity=Severity.NOTE,
    title="replication is changed",
    message="{it} {change}: the deploy replaces all of its rules, which turns off what the template does not declare, "
    "such as the replication of deletions",
    remedy="run 'ecrkit audit' before the deploy to see whether deletions are replicated; if so, turn it on again "
    "after the deploy",
    source=_REPLICATION,
)

SIGNING_CHANGED = Check(
    code="GRD175",
    severity=Severity.NOTE,
    title="signing rules are changed",
    message="the rules of {it} change: ECR signs images pushed after the deploy only where the new rules match",
    remedy="run 'cdk diff {where}' to see the rules",
    source='ECR user guide, "Managed signing" (read 2026-11)',
)
EVENT_REMOVED = Check(
    code="GRD181",
    severity=Severity.NOTE,
    title="event is removed",
    message="{it} leaves the stack: CloudFormation would delete it, and its events are no longer sent to {targets}",
    remedy="put it back, unless nobody needs these events",
    source=_EVENTS,
)
EVENT_KEPT = Check(
    code="GRD182",
    severity=Severity.NOTE,
    title="event is no longer managed",
    message="{it} leaves the app: the deploy would keep it, and its events are still sent to {targets}",
    remedy="put it back; or delete it after the deploy, with its stack if that leaves the app too",
    source=_EVENTS,
)
EVENT_CHANGED = Check(
    code="GRD183",
    severity=Severity.NOTE,
    title="event is changed",
    message="the {property} of {it} {change}, so that it may send fewer events, or send them elsewhere",
    remedy="run 'cdk diff {where}' to see what changes",
    source=_EVENTS,
)

GUARD_RULEBOOK: tuple[Check, ...] = checks_in(globals(), prefix="GRD")
"""Every check, by code."""
