"""Several clients at once, and again: a shared session, a second loop or a pool that runs dry show only then."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from fixb_actions import required_query
from fixb_server import Server, short

CLIENTS = 4
ROUNDS = 4
MOST_ROUTES = 40


def routes_to_ask(app: dict, document: dict, known: dict[str, str]) -> list[dict]:
    """Every reading route; its parameters filled with rows that are there, where any was made, and with what it requires."""
    found = []
    for route in app["routes"]:
        if "GET" in route["methods"] and route["kind"] == "http" and route["own"]:
            samples = {**app["openapi"]["samples"].get(f"GET {route['path']}", {}), **known}
            path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: quote(str(samples.get(m[1], "1")), safe=""), route["path"])
            query = required_query(document, route["path"], operation_of(document, route["path"]))
            found.append({"method": "GET", "route": route["path"], "path": f"{path}?{query}" if query else path})
    return found[:MOST_ROUTES]


def operation_of(document: dict, path: str) -> dict:
    return document.get("paths", {}).get(path, {}).get("get", {})


def ask_clients(server: Server, routes: list[dict], progress) -> list[dict]:
    """For each route: the statuses of the first request and of those of several clients at once.

    `log` is what the server said meanwhile, where one of them failed.
    """
    answers = []
    for one in routes:
        if not server.alive():
            break
        first = server.told("GET", one["path"])
        again = together(server, one["path"]) if 0 < first["status"] < 500 else []
        bad = next((answer for answer in again if answer["status"] >= 500 or answer["status"] == 0), None)
        log = server.settled(first["mark"]) if bad else first["log"]
        answers.append({**one, "first": first["status"], "again": sorted({answer["status"] for answer in again}),
                        "body": short((bad or first)["body"]), "log": log[-6000:]})  # fmt: skip
        progress(f"{one['route']} by {CLIENTS} clients: {', '.join(map(str, answers[-1]['again'])) or first['status']}")
    return answers


def together(server: Server, path: str) -> list[dict]:
    """The answers of all clients in all rounds; ends with the round in which one gets no answer."""
    found: list[dict] = []
    with ThreadPoolExecutor(CLIENTS) as pool:
        for _ in range(ROUNDS):
            found += pool.map(lambda _: server.ask("GET", path), range(CLIENTS))
            if any(answer["status"] == 0 for answer in found):
                break
    return found
