"""Named ways in which a stub of ECR differs from the documentation; the kit must find each."""

from __future__ import annotations

__all__ = ["ACCESS", "CLEANUP", "DEPLOYMENT", "DEVIATIONS", "LIFECYCLE", "PREVIEW", "QUESTIONS"]

LIFECYCLE = {
    "accepts-51-rules": "a policy may have 51 rules",
    "accepts-30721-characters": "a text may have 30,721 characters",
    "rejects-30720-characters": "a text must have fewer than 30,720 characters",
    "accepts-unknown-keys": "a rule may have any key",
    "accepts-priority-0": "rulePriority may be 0",
    "accepts-same-priority": "two rules may have the same rulePriority",
    "rejects-priority-gaps": "rulePriority must have no gaps",
    "accepts-count-0": "countNumber may be 0",
    "accepts-hours": "countUnit may be hours",
    "accepts-5-wildcards": "a pattern may have five wildcards",
    "rejects-4-wildcards": "a pattern must have fewer than four wildcards",
    "accepts-any-before-tagged": "an 'any' rule may be anywhere",
    "accepts-two-untagged": "two 'untagged' rules may be in one storage class",
    "rejects-any-in-both-classes": "one 'any' rule in all storage classes together",
    "accepts-same-list": "two rules may have the same list",
    "accepts-two-lists": "a rule may have patterns and prefixes",
    "accepts-unit-with-count": "imageCountMoreThan may have a countUnit",
    "accepts-pulled-expire": "sinceImagePulled may expire images",
    "accepts-89-days-in-archive": "an archived image may expire after 89 days",
    "rejects-90-days-in-archive": "an archived image must be kept for 91 days",
    "accepts-transition-without-target": "a transition needs no target",
    "accepts-null": "null is the same as absent",
}

ACCESS = {
    "accepts-resource": "a statement may have a Resource",
    "accepts-wildcard-in-principal": "an ARN of a principal may have a wildcard",
    "rejects-everyone": "a statement must not name everyone",
    "accepts-10241-characters": "a policy may have 10,241 characters",
    "rejects-10240-characters": "a policy must have fewer than 10,240 characters",
    "accepts-unknown-operator": "any operator may be in a condition",
    "rejects-repeated-sid": "a Sid must be unique",
    "accepts-no-principal": "a statement needs no Principal",
    "rejects-several-statements": "a policy has one statement",
}

PREVIEW = {
    "keeps-one-less": "a count of images is lower by one",
    "keeps-the-oldest": "a count keeps the oldest images",
    "ignores-case": "prefixes and patterns ignore case",
    "list-means-any": "a list selects the images that match any entry",
    "rules-do-not-claim": "an image that a rule spares is free for the rules below",
    "counts-only-the-free": "a rule does not count images of a rule above",
    "pattern-is-a-prefix": "a pattern without wildcard is a prefix",
    "prefix-is-anywhere": "a prefix may be anywhere in a tag",
    "star-matches-untagged": "the pattern * selects untagged images, too",
    "any-is-tagged": "'any' selects tagged images only",
    "children-go-first": "images expire before the manifest list that refers to them",
    "artifacts-go-alone": "a signature expires before its subject",
    "places-instead-of-priorities": "a result has the place of the rule instead of its priority",
    "expires-instead-of-archiving": "a transition expires",
}

QUESTIONS = {
    "higher-digest-is-newer": "of images pushed at the same instant the one with the higher digest is the newer",
    "children-do-not-count": "a rule does not count the images of a manifest list",
    "artifacts-do-not-follow": "a signature stays when its subject expires",
}

DEPLOYMENT = {
    "does-not-scan": "scan on push is off",
    "drops-tags": "a repository has no tags",
    "drops-exclusions": "a repository has no filters of its mutability",
    "always-aes256": "a repository is encrypted with AES256",
    "drops-lifecycle": "a repository has no lifecycle policy",
    "drops-access": "a repository has no repository policy",
}

CLEANUP = {"keeps-repositories": "DeleteRepository deletes nothing, and reports success"}

DEVIATIONS = {**LIFECYCLE, **ACCESS, **PREVIEW, **QUESTIONS, **DEPLOYMENT, **CLEANUP}
"""What each deviation does, by name."""
