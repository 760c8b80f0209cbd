"""The graph as Dagster sees it, one module per part of the flow.

Only this package and `pipelines.definitions` know Dagster.
"""
