"""What the pages say of an asset besides what it is: whose it is, for whom, where to look further."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from pipelines.expectations import load_suites
from pipelines.paths import Paths
from pipelines.publication import SCHEMAS

OWNERS = ["team:ketnap-maintainers"]

_AUDIENCES = {"raw": "stewards", "warehouse": "analysts", **dict.fromkeys(SCHEMAS, "analysts")}


def tag_asset(key: dg.AssetKey) -> dict[str, str]:
    """Return the tags of an asset: who uses it."""
    return {"ketnap/audience": _AUDIENCES.get(key.path[0], "maintainers")}


def link_table(key: dg.AssetKey, paths: Paths) -> Mapping[str, Any]:
    """Return where to look further: how to query a table, what is expected of it, what is wrong in it."""
    label = ".".join(key.path)
    links: dict[str, Any] = {}
    if key.path[0] in SCHEMAS:
        links["query"] = dg.MetadataValue.md(f"`ketnap sql 'select * from {label} limit 10'`")
        links["findings"] = dg.MetadataValue.md("`ketnap findings`, or the table `reports.rpt_findings`")
    if any(suite.table == label for suite in load_suites()):
        links["data_docs"] = dg.MetadataValue.url((paths.data_docs / "index.html").as_uri())
    return links
