"""What a server does when it is used: every route, writing ones too, by one client and by several."""

from __future__ import annotations

import contextlib

import fixb_clients
import fixb_probes
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
    routes = fixb_clients.routes_to_ask(app, writes.known())
    emit("clients", answers=fixb_clients.ask_clients(server, routes, step))
    writes.remove()
    if job["probeWrites"]:
        emit("writes", steps=writes.steps, resources=[one["name"] for one in writes.resources])
    if job["probes"]:
        emit("probes", answers=fixb_probes.ask_all(server, job["probes"], step))
    if job["postgres"]:
        connections(job["postgres"]["port"])


def connections(port: int) -> None:
    """Connections that stay in a transaction after the last request."""
    step("looking for connections that were not given back")
    with contextlib.suppress(OSError):
        emit("connections", **fixb_wire.left_open(port, OWNER))


def step(text: str) -> None:
    emit("step", text=text)
