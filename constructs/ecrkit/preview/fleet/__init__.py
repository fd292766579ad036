"""
What policies do to the images of many accounts and Regions.

- ``dataset``: the columns of the dataset, and its record
- ``manifests``: children of manifest lists, from an earlier dataset
- ``writing``: images as Parquet
- ``importing``: inventories in JSON as a dataset
- ``tables``: policies, repositories and protections as rows
- ``expression``: the evaluation as one query
- ``steps``: its clauses as statements, one after the other
- ``fleet``: a dataset, a policy for each repository, and the verdicts
- ``totals``: a preview for reports: sums by account, Region and team
- ``protected``: images that must stay pullable, and would go or are gone
- ``explaining``: why one image stays or goes, by the evaluator
- ``comparison``: what changes between two sets of policies
- ``binding``: the query over tables of another engine
- ``database``: DuckDB
"""
