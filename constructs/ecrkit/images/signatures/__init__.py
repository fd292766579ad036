"""
Who must have signed an image, and whether a program found that signature: without AWS, and without the program.

- ``signers``: a key, an identity, or a signing profile
- ``cosign``: what Cosign answers
- ``notation``: what Notation answers, and which trust policy it gets
"""

from ecrkit.images.signatures.cosign import attestation_problem, signature_problem
from ecrkit.images.signatures.notation import TrustPolicy, notation_problem
from ecrkit.images.signatures.signers import PREDICATE_TYPES, Method, Signer, predicate_type

__all__ = [
    "PREDICATE_TYPES",
    "Method",
    "Signer",
    "TrustPolicy",
    "attestation_problem",
    "notation_problem",
    "predicate_type",
    "signature_problem",
]
