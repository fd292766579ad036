"""
The lifecycle policies of CloudFormation templates as files of a store.

- ``templates``: finds the policies in the templates of a file or folder
- ``lines``: the lines of a template where its resources are
- ``plan``: names the policies, and writes those that the store does not have
"""
