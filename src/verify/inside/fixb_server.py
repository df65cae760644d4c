"""The documented command, run for real: started, asked, stopped."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from urllib.parse import quote

import fixb_run
import fixb_sockets
from fixb_log import Log

HEALTH = ["/health", "/healthz", "/health/", "/api/health", "/api/v1/health", "/healthcheck", "/ping", "/status", "/livez"]
BODY_LIMIT = 1_048_576
BODY_TIME = 5.0
UNANSWERED = 4
BACKGROUND = 3.0
ABORTED = "Fatal Python error: Aborted"
TRACEBACK = "Traceback (most recent"
ABSENT = "999999999"


class Server:
    """One run of the server. Its log grows over the runs; `begin` is where this run's part begins."""

    def __init__(self, job: dict, env: dict[str, str]):
        self.job, self.env = job, {**env, "PYTHONFAULTHANDLER": "1"}
        self.log = Log()
        self.port = job["entry"]["port"]
        self.process = None
        self.begin = 0
        self.patience = job["limits"]["answer"]
        self.unanswered = 0
        self.headers: dict[str, str] = {}

    def command(self) -> list[str]:
        entry = self.job["entry"]
        words = [self.job["python"], "-m", "uvicorn", f"{entry['module']}:{entry['attribute']}"]
        return [*words, "--host", "127.0.0.1", "--port", str(self.port), *(["--factory"] if entry["factory"] else [])]

    def start(self, limit: float) -> dict:
        """Start it and wait until the port answers. `up` is false where it ended or stayed silent."""
        began = time.monotonic()
        self.begin = self.log.end()
        self.process = fixb_run.start(self.command(), self.job["cwd"], self.env, self.log)
        while time.monotonic() - began < limit:
            if not self.alive():
                return {"up": False, **self.ended(), "seconds": time.monotonic() - began}
            if listening(self.port):
                return {"up": True, "seconds": time.monotonic() - began}
            time.sleep(0.02)
        ports = fixb_sockets.ports_of(fixb_run.left_by(self.process))
        return {"up": False, "silent": limit, "seconds": limit, "elsewhere": ports, "at": self.place()}

    def ended(self) -> dict:
        """A command that ends may leave a process behind: a server that puts itself into the background."""
        end = time.monotonic() + BACKGROUND
        while (left := fixb_run.left_by(self.process)) and not fixb_sockets.ports_of(left) and time.monotonic() < end:
            time.sleep(0.05)
        found = {"code": self.process.returncode, "left": len(left), "elsewhere": fixb_sockets.ports_of(left)}
        fixb_run.kill(left)
        return found

    def place(self) -> str:
        """Where in the backend's own code it stays: what Python's fault handler says when the process is aborted."""
        mark = self.log.end()
        self.process.send_signal(signal.SIGABRT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(1)
        return fixb_run.nearest(self.log.since(mark), self.job["tree"])

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, limit: float) -> dict:
        if not self.alive():
            return {"clean": False, "died": self.process.returncode if self.process else None}
        ended = fixb_run.stop(self.process, limit)
        fixb_run.kill(fixb_run.left_by(self.process))
        return {"clean": ended, "code": self.process.returncode}

    def text(self) -> str:
        return self.log.since(self.begin).partition(ABORTED)[0]

    def mark(self) -> int:
        """Where the log ends now, in bytes."""
        return self.log.end()

    def settled(self, mark: int) -> str:
        """The log since a mark, once nothing is added any more: a traceback is written after the answer is sent."""
        began, size = time.monotonic(), -1
        while time.monotonic() < began + 2 and (
            size != (size := self.log.end()) or (time.monotonic() < began + 1 and TRACEBACK not in self.log.since(mark))
        ):
            time.sleep(0.15)
        return self.log.since(mark)

    def ask(self, method: str, path: str, headers: dict | None = None, body=None, limit: float = 15) -> dict:
        """One request; a body that is a text is a form, any other is sent as JSON. `status` 0 where there was no answer."""
        if self.unanswered >= UNANSWERED:
            return {"status": 0, "headers": {}, "body": f"not asked: {UNANSWERED} requests in a row had no answer"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=limit)
        given, kind = encoded(body)
        named = {**self.headers, **kind, **(headers or {})}
        began = time.monotonic()
        try:
            connection.connect()
            with cut_after(limit, connection.sock) as sock:
                connection.request(method, path, body=given, headers=named)
                response = connection.getresponse()
            self.unanswered = 0
            return {"status": response.status, "headers": dict(response.getheaders()), "body": read(sock, response)}
        except (OSError, http.client.HTTPException, ValueError) as error:
            silent = time.monotonic() - began >= limit
            self.unanswered += silent
            said = f"no answer within {limit:g} s" if silent else f"{type(error).__name__}: {error}"
            return {"status": 0, "headers": {}, "body": said}
        finally:
            connection.close()

    def told(self, method: str, path: str, body=None, headers: dict | None = None) -> dict:
        """One request, with what the server said meanwhile in `log` where it failed, also after its answer.

        A pool that has run dry says so after half a minute, so the first answer that does not come is waited for.
        """
        mark = self.mark()
        answer = self.ask(method, path, headers, body, self.patience)
        if answer["status"] == 0:
            self.patience = self.job["limits"]["answer"] / 4
        said = self.log.since(mark)
        failed = answer["status"] >= 500 or answer["status"] == 0 or TRACEBACK in said
        return {**answer, "mark": mark, "log": self.settled(mark)[-6000:] if failed else ""}


def encoded(body) -> tuple[bytes | None, dict[str, str]]:
    """The bytes of a body and the header that says what they are."""
    if body is None:
        return None, {}
    if isinstance(body, str):
        return body.encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    return json.dumps(body).encode(), {"Content-Type": "application/json"}


@contextlib.contextmanager
def cut_after(limit: float, sock: socket.socket):
    """End what is under way on a connection after so many seconds, however slowly something still comes."""

    def cut() -> None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    late = threading.Timer(limit, cut)
    late.start()
    try:
        yield sock
    finally:
        late.cancel()


def read(sock: socket.socket, response) -> str:
    """The body; of what is no JSON only the beginning, for a stream may never end."""
    try:
        with cut_after(BODY_TIME, sock):
            whole = "json" in (response.getheader("content-type") or "")
            part = response.read(BODY_LIMIT) if whole else response.read1(BODY_LIMIT)
        return part.decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, ValueError):
        return ""


def listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True


def health(server: Server, paths: list[str]) -> dict:
    """The answer of the route that is made for this question, else of the documentation pages."""
    known = [path for path in HEALTH if path in paths]
    likely = [path for path in paths if re.search(r"health|\bping\b|alive|ready", path, re.I) and "{" not in path]
    known += [path for path in likely if path not in known]
    for path in [*known, "/openapi.json", "/docs", "/"]:
        answer = server.told("GET", path)
        if path in known or 0 < answer["status"] < 400:
            log = {"log": answer["log"]} if answer["log"] else {}
            return {"path": path, "own": path in known, "status": answer["status"], "body": answer["body"][:300], **log}
    return {"path": "/", "own": False, "status": answer["status"], "body": answer["body"][:300]}


def cross_origin(server: Server, cors: dict | None) -> dict | None:
    """A preflight request from the first origin that is allowed."""
    if not cors or not cors["origins"] or cors["origins"] == ["*"]:
        return None
    headers = {"Origin": cors["origins"][0], "Access-Control-Request-Method": "GET"}
    answer = server.ask("OPTIONS", "/", headers)
    allowed = next((v for k, v in answer["headers"].items() if k.lower() == "access-control-allow-origin"), None)
    return {"origin": headers["Origin"], "status": answer["status"], "allowed": allowed}


def requests_for(app: dict) -> list[dict]:
    """One empty request for each route and method: reading ones first, deleting ones last."""
    order = {"GET": 0, "POST": 1, "PUT": 2, "PATCH": 3, "DELETE": 4}
    found = []
    for route in app["routes"]:
        for method in route["methods"]:
            if method in order and route["kind"] == "http" and route["own"]:
                samples = app["openapi"]["samples"].get(f"{method} {route['path']}", {})
                if method == "DELETE":  # what the start has put there is needed later
                    samples = {name: ABSENT if value.isdigit() else value for name, value in samples.items()}
                found.append({"method": method, "route": route["path"], "path": filled(route["path"], samples)})
    return sorted(found, key=lambda one: order[one["method"]])


def filled(path: str, samples: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: quote(samples.get(m[1], "1"), safe=""), path)


def ask_routes(server: Server, app: dict, progress) -> list[dict]:
    """Every route's answer to an empty request; `log` is what the server said meanwhile, where it failed."""
    answers = []
    for one in requests_for(app):
        if not server.alive():
            answers.append({**one, "status": 0, "body": "the server had ended", "log": ""})
            continue
        answer = server.told(one["method"], one["path"])
        answers.append({**one, "status": answer["status"], "body": short(answer["body"]), "log": answer["log"]})
        progress(f"{one['method']} {one['route']} {answer['status']}")
    return answers


def short(body: str) -> str:
    try:
        return json.dumps(json.loads(body))[:200]
    except ValueError:
        return " ".join(body.split())[:200]
