"""
Who must have signed an image, and whether a program found that signature: without AWS, and without the program.

- ``signers``: a key, an identity, or a signing profile
- ``cosign``: what Cosign answers
- ``notation``: what Notation answers, and which trust policy it gets
"""
