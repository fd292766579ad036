"""
What a policy does to the images of a repository.

- ``preview``: verdicts on the images of one repository, and totals
- ``layers``: bytes that are really freed, as images share layers
- ``insights``: what the verdicts say about the policy
- ``forecast``: what expires on which day if nothing is pushed
- ``uncertainty``: what a list of images leaves open
- ``protection``: images that must not expire: in use, recently pulled, or kept by tag
- ``storage_classes``: what archiving or restoring chosen images would do
- ``comparison``: our verdicts compared with ECR's own preview
- ``report``: a preview as one HTML file
- ``fleet``: the images of many accounts as a relation, and one query for all
"""
