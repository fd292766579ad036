"""
Lifecycle policies as files.

- ``store``: a folder of policies, each version a file; resolves ``name@N``
- ``references``: ``name@N``, the name of a version
- ``lock``: what each published version contains
- ``checks``: whether a store is valid
- ``listing``: what is in a store
- ``copies``: copies of the policies that ecrkit ships, in a store
- ``rulebook``: its checks
- ``silences``: warnings that a person accepted, and why
- ``schema``: JSON Schemas of the files next to the policies
- ``testing``: tests of policies, in files next to the versions
"""
