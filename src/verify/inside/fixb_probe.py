"""What a server does when it is used: every route, writing ones too, by one client and by several."""

from __future__ import annotations

import contextlib
import time

import fixb_actions
import fixb_clients
import fixb_probes
import fixb_relay
import fixb_server
import fixb_wire
from fixb_postgres import OWNER
from fixb_resources import resources_of
from fixb_run import emit
from fixb_writes import Writes


def probe(server: fixb_server.Server, app: dict, document: dict, job: dict) -> None:
    """Ask everything there is to ask; each part says what it saw as soon as it is done."""
    emit("routes", answers=fixb_server.ask_routes(server, app, step))
    writes = Writes(server, document, resources_of(document) if job["probeWrites"] else [], step)
    writes.fill()
    if job["probeWrites"]:
        fixb_actions.create_at_the_edges(writes)
        fixb_actions.act(writes, fixb_actions.WRITING)
    routes = fixb_clients.routes_to_ask(app, document, writes.known())
    emit("clients", answers=fixb_clients.ask_clients(server, routes, step))
    writes.remove()
    if job["probeWrites"]:
        fixb_actions.act(writes, fixb_actions.DELETING)
        fixb_actions.read_again(writes)
        emit("writes", steps=writes.steps, resources=[one["name"] for one in writes.resources])
    if job["probes"]:
        emit("probes", answers=fixb_probes.ask_all(server, job["probes"], step))
    if job["given"] or job["postgres"]:
        connections(job)


def connections(job: dict) -> None:
    """Connections that stay in a transaction after the last request."""
    step("looking for connections that were not given back")
    with contextlib.suppress(OSError, ValueError):
        given = job["given"]
        found = left_open(given["question"]) if given else fixb_wire.left_open(job["postgres"]["port"], OWNER)
        emit("connections", **found)


def left_open(question: dict, limit: float = 3.0) -> dict:
    """The same of a given server, which only the lender outside may ask."""
    end = time.monotonic() + limit
    while True:
        found = fixb_relay.ask(question, "left-open")
        if not found["open"] or time.monotonic() > end:
            return found
        time.sleep(0.3)


def step(text: str) -> None:
    emit("step", text=text)
