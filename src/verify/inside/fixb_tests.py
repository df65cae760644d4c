"""The project's own tests, run by pytest on empty databases of our PostgreSQL."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re

import fixb_run
import fixb_wire
from fixb_log import Log
from fixb_postgres import OWNER

ADDRESS = re.compile(r"^postgres(?:ql)?(?:\+\w+)?://(?:(?P<user>[^:/@?#]+)(?::[^@]*)?@)?[^/?#]*/(?P<database>[^?#]+)")
NO_TESTS = 5


def run(job: dict, folder: str) -> dict:
    """`results` by test id, the exit code (None where it took too long) and the end of what pytest said."""
    results, log = os.path.join(folder, "tests.json"), Log()
    here = os.path.dirname(os.path.abspath(__file__))
    paths = [here, *filter(None, [job["env"].get("PYTHONPATH")])]
    env = {**job["env"], "FIX_BACKEND_RESULTS": results, "PYTHONPATH": os.pathsep.join(paths)}
    words = ["-m", "pytest", "-p", "fixb_pytest", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    code = fixb_run.run([job["python"], *words], job["testsIn"], env, log, job["limits"]["tests"])
    found = {}
    with contextlib.suppress(OSError, ValueError), open(results) as file:
        found = json.load(file)
    return {"results": found, "code": code, "none": code == NO_TESTS and not found, "log": log.since(limit=8000)}


def prepare(postgres: dict, trees: dict[str, ast.AST | None]) -> None:
    """Empty databases: those of the backend made anew, and those that only the tests name."""
    port = postgres["port"]
    wanted = {one["name"]: one["owner"] or OWNER for one in postgres["databases"]}
    for address in addresses(trees):
        wanted.setdefault(address["database"], address["user"] or OWNER)
    for role in {owner for owner in wanted.values() if owner not in (*postgres["roles"], OWNER)}:
        with contextlib.suppress(OSError):
            fixb_wire.query(port, OWNER, f"CREATE ROLE {quoted(role)} SUPERUSER LOGIN")
    for name, owner in wanted.items():
        if name == "postgres":
            continue
        with contextlib.suppress(OSError):
            fixb_wire.query(port, OWNER, f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
            fixb_wire.query(port, OWNER, f"CREATE DATABASE {quoted(name)} OWNER {quoted(owner)}")


def addresses(trees: dict[str, ast.AST | None]) -> list[dict]:
    """Every PostgreSQL address that stands as a text in the code of the tests."""
    found = []
    for file, tree in trees.items():
        if tree is None or not re.search(r"(^|/)(tests?/|conftest\.py$|test_)|_test\.py$", file):
            continue
        texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
        found += [match.groupdict() for match in map(ADDRESS.match, texts) if match]
    return found


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
