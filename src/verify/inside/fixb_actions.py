"""The routes that write and are no part of a resource's walk: `POST /orders/{order_id}/pay`, `PUT /tasks/1/labels/2`.

They are asked with the rows that are there, the parameters that they require and a body that their schema accepts. They may refuse,
but must not fail.
"""

from __future__ import annotations

from urllib.parse import urlencode

from fixb_resources import body_schema, collection, noun
from fixb_rows import identity, row_in
from fixb_schema import value_of
from fixb_server import ABSENT
from fixb_writes import Writes

WRITING = ("post", "put", "patch")
DELETING = ("delete",)
MOST = 60


def act(writes: Writes, methods: tuple[str, ...]) -> None:
    """Ask each of them with one of these methods once."""
    found = [one for method in methods for one in routes_by(method, writes)]
    for method, path, operation in found[:MOST]:
        schema = body_schema(operation, writes.document)
        if schema is None and operation.get("requestBody", {}).get("required"):
            continue
        route = {"name": noun(collection(path)), "schema": schema or {}, "create": path, "item": None, "key": None}
        body = writes.body_for(route) if schema else None
        query = required_query(writes.document, path, operation, writes.seed)
        writes.step(route, "use", method.upper(), path, body, query=query)


def routes_by(method: str, writes: Writes) -> list[tuple[str, str, dict]]:
    walked = {("post", one["create"]) for one in writes.resources}
    walked |= {(name, one["item"]) for one in writes.resources for name in one["methods"]}
    paths = writes.document.get("paths", {}).items()
    return [(method, path, item[method]) for path, item in paths if method in item and (method, path) not in walked]


def required_query(document: dict, path: str, operation: dict, seed: int = 1) -> str:
    """The query of a request that gives each required parameter a value of its kind; empty where none is required."""
    given = [*document.get("paths", {}).get(path, {}).get("parameters", []), *operation.get("parameters", [])]
    wanted = [one for one in given if one.get("in") == "query" and one.get("required")]
    pairs = [(one["name"], value_of(one.get("schema", {}), document, seed, one["name"])) for one in wanted]
    return urlencode(pairs, doseq=True)


def create_at_the_edges(writes: Writes) -> None:
    """A body with nothing but what must be in it, and one that refers to a row that is not there: refused or done, never failed."""
    for resource in writes.order:
        whole, least = writes.body_for(resource), writes.body_for(resource, short_form=True)
        if set(least) < set(whole):
            writes.step(resource, "create with the least", "POST", resource["create"], least)
        body = writes.body_for(resource)
        absent = {name: int(ABSENT) for name, row in writes.referred(resource).items() if name in body and is_number(row)}
        if absent:
            take_back(writes, resource, {**body, **absent})


def take_back(writes: Writes, resource: dict, body: dict) -> None:
    """Create a row for another one that is not there. Where that is let through the row goes again: it proves no other route wrong."""
    answer = writes.step(resource, "create for a row that is not there", "POST", resource["create"], body)
    row = {"id": identity(row_in(answer["json"]), resource)}
    if 200 <= answer["status"] < 300 and row["id"] is not None and "delete" in resource["methods"]:
        writes.step(resource, "delete what was created for it", "DELETE", resource["item"], row=row)


def is_number(row) -> bool:
    return isinstance(row, int) and not isinstance(row, bool)


def read_again(writes: Writes) -> None:
    """Every list once more, after rows that others refer to were deleted."""
    for resource in writes.order:
        if resource["list"]:
            writes.step(resource, "list after deleting", "GET", resource["list"])
