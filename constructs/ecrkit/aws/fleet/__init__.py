"""
Many accounts: their inventory, and its dataset in S3 as tables of Athena.

::

    accounts      organizational units, and a role in each account
    objects       the files of a dataset in S3
    inventory     read accounts and Regions into a dataset
    glue          tables over a dataset in S3
    athena        run a query, with a limit of what it may scan
"""
