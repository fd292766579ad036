"""
Deployed repositories compared with declared ones, without AWS.

- ``actual``: a deployed repository
- ``policies``: which versions of the store a deployed lifecycle policy is
- ``guard``: what a deployment would lose
- ``audit``: drift from the catalog, and insecure settings
- ``review``: what a pull request would change and delete
- ``suspensions``: lifecycle policies that act on nothing, and the way back
- ``usage``: who pins which version of a policy
- ``extraction``: the lifecycle policies of templates as files of a store
- ``adoption``: existing repositories as entries of a catalog
"""
