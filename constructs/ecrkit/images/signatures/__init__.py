"""
Who must have signed an image, and what the verifying programs answer; without AWS, and without running a program.

- ``signers``: a key, an identity, or a signing profile
- ``cosign``: what Cosign answers
- ``notation``: what Notation answers, and which trust policy it gets
"""
