"""Looks at one tree of a Node backend: checks its types, builds it, starts it, asks it, stops it, starts it again."""

from __future__ import annotations

import time

import fixb_clients
import fixb_probes
import fixb_run
import fixb_server
import fixb_sockets
from fixb_log import Log
from fixb_probe import connections, step
from fixb_run import emit


class NodeServer(fixb_server.Server):
    """The start script. Its port is the one that it listens on, whatever it was asked to."""

    def command(self) -> list[str]:
        return self.job["node"]["start"]

    def start(self, limit: float) -> dict:
        began = time.monotonic()
        self.begin = self.log.end()
        self.process = fixb_run.start(self.command(), self.job["cwd"], self.env, self.log)
        while time.monotonic() - began < limit:
            ports = fixb_sockets.ports_of(fixb_run.left_by(self.process))
            if ports:
                self.port = self.job["entry"]["port"] if self.job["entry"]["port"] in ports else ports[0]
                return {"up": True, "seconds": time.monotonic() - began}
            if not self.alive():
                return {"up": False, **self.ended(), "seconds": time.monotonic() - began}
            time.sleep(0.02)
        return {"up": False, "silent": limit, "seconds": limit, "elsewhere": [], "at": ""}


class NodeLook:
    """`job` is the one for Python; its `node` part holds the commands and the routes that the code writes out."""

    def __init__(self, look):
        self.look, self.job, self.node = look, look.job, look.job["node"]

    def run(self) -> None:
        ready = self.look.begin_database()
        env = self.job["env"]
        if self.node["typeCheck"]:
            self.command("typeCheck", "checking the types", env)
        if self.job["level"] == "import":
            return emit("end")
        built = not self.node["build"] or self.command("build", "building", env) == 0
        if self.node["start"] and built:
            self.serve(ready)
        if self.job["level"] == "tests" and self.node["tests"]:
            self.command("tests", "running the project's own tests", env, self.job["limits"]["tests"], "nodeTests")
        emit("end")

    def command(self, name: str, text: str, env: dict, limit: float | None = None, kind: str | None = None):
        step(text)
        log = Log()
        code = fixb_run.run(self.node[name], self.job["cwd"], env, log, limit or self.job["limits"]["probe"])
        emit(kind or name, code=code, log=log.since(limit=8000))
        return code

    def serve(self, ready: bool) -> None:
        server = NodeServer(self.job, self.job["env"])
        step(f"starting it: {self.node['shown']}")
        emit("server", run=1, **server.start(self.job["limits"]["start"]))
        if server.alive():
            self.ask(server)
        stopped = server.stop(self.job["limits"]["stop"])
        emit("stopped", run=1, **stopped, log=server.text())
        if "died" in stopped:
            return
        step("starting the server again, on the same data")
        emit("server", run=2, **server.start(self.job["limits"]["start"]))
        emit("health", run=2, **fixb_server.health(server, self.node["routes"]))
        emit("stopped", run=2, **server.stop(self.job["limits"]["stop"]), log=server.text())

    def ask(self, server: NodeServer) -> None:
        emit("health", run=1, **fixb_server.health(server, self.node["routes"]))
        if self.job["level"] not in ("probe", "tests"):
            return
        there = [route for route in self.node["routes"] if server.ask("GET", route)["status"] != 404]
        answers = []
        for route in there:
            answer = server.told("GET", route)
            answers.append({"method": "GET", "route": route, "path": route, "status": answer["status"],
                            "body": fixb_server.short(answer["body"]), "log": answer["log"]})  # fmt: skip
        emit("routes", answers=answers)
        routes = [{"method": "GET", "route": route, "path": route} for route in there]
        emit("clients", answers=fixb_clients.ask_clients(server, routes[: fixb_clients.MOST_ROUTES], step))
        if self.job["probes"]:
            emit("probes", answers=fixb_probes.ask_all(server, self.job["probes"], step))
        if self.job["given"] or self.job["postgres"]:
            connections(self.job)
