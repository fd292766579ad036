"""
What policies do to the images of many accounts and Regions.

- ``dataset``: the columns of the dataset, and its record
- ``writing``: images as Parquet
- ``importing``: inventories in JSON as a dataset
- ``database``: DuckDB
"""
