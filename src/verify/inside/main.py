"""Looks at one tree of a backend: imports it, starts it on a database of its own, asks it, stops it.

    main.py JOB

JOB is a JSON file that the program outside wrote. What is seen goes to standard output, one JSON object a
line; this file never imports a line of the backend itself. Needs the standard library only (3.9 or newer).
"""

from __future__ import annotations

import json
import os
import platform
import sys

import fixb_limits
import fixb_node
import fixb_probe
import fixb_relay
import fixb_run
import fixb_seal
import fixb_server
import fixb_source
import fixb_tests
from fixb_log import Log
from fixb_postgres import Postgres
from fixb_run import emit

HERE = os.path.dirname(os.path.abspath(__file__))


class Look:
    def __init__(self, job: dict):
        self.job = job
        self.folder = job["folder"]
        self.trees = {file: fixb_source.parse(os.path.join(job["tree"], file)) for file in job["files"]}
        self.modules: dict[str, str] = {}
        self.hangs: dict | None = None

    def run(self) -> None:
        emit("python", version=platform.python_version())
        ready = self.begin_database()
        self.source()
        if self.job["level"] == "import":
            self.imports()
            return emit("end")
        self.migrations(ready)
        self.imports()
        if self.job["entry"]:
            self.serve(ready)
        for other in self.job["others"]:
            self.other(other)
        if self.job["level"] == "tests":
            self.tests()
        emit("end")

    def begin_database(self) -> bool:
        """Whether there is a database. It is there before anything is imported: some modules make their tables then."""
        problem = fixb_relay.Relays(self.job["relays"]).begin() if self.job["relays"] else None
        if self.job["given"]:
            emit("database", ok=problem is None, error=problem, version=self.job["given"]["version"])
            return problem is None
        if not self.job["postgres"]:
            return self.job["fileDatabase"]
        emit("step", text="starting PostgreSQL")
        self.postgres = Postgres(self.job["postgres"])
        try:
            error = self.postgres.start()
        except Exception as problem:  # an outcome of its own: the rest can be looked at all the same
            error = f"{type(problem).__name__}: {problem}"
        emit("database", ok=error is None, error=error, version=self.postgres.version() if error is None else "")
        return error is None

    def worker(self, program: str, job: dict, limit: float):
        """Run one of the programs that load the backend; its result (or None where it left none in time), its exit
        code and what was said meanwhile."""
        name, log = os.path.join(self.folder, program.replace(".py", "")), Log()
        with open(f"{name}.job", "w") as file:
            json.dump(job, file)
        command = [self.job["python"], os.path.join(HERE, program), f"{name}.job", f"{name}.json"]
        code = fixb_run.run(command, self.job["cwd"], self.job["env"], log, limit)
        try:
            with open(f"{name}.json") as file:
                return json.load(file), code, log.since(limit=8000)
        except (OSError, ValueError):
            return None, code, log.since(limit=8000)

    def imports(self) -> None:
        targets, left_out = [], []
        for file, tree in self.trees.items():
            name = fixb_source.module_name(file, self.job["roots"])
            why = fixb_source.why_left_out(file, tree) or (None if name else "its name is no module name")
            if why:
                left_out.append({"file": file, "why": why})
            else:
                targets.append({"module": name, "file": file})
        emit("step", text=f"importing {len(targets)} modules, each alone")
        limits = self.job["limits"]
        parallel = max(1, min(4, os.cpu_count() or 1))
        shared = {"cwd": self.job["cwd"], "tree": self.job["tree"], "parallel": parallel, "limit": limits["import"]}
        limit = limits["import"] * (len(targets) / parallel + 2)
        block = self.block_targets()
        results, *_ = self.worker("import_modules.py", {**shared, "targets": targets + block}, limit)
        results = results or []
        own = [one for one in results if "file" in one]
        self.modules = {one["module"]: one["file"] for one in own if one["ok"]}
        entry = self.job["entry"]
        self.hangs = next((one for one in own if entry and one.get("late") and one["module"] == entry["module"]), None)
        emit("imports", results=own, leftOut=left_out)
        emit("mainTarget", results=[one for one in results if "file" not in one])

    def block_targets(self) -> list[dict]:
        """Where the `__main__` block's target can be found: from the working folder, or beside the file."""
        entry = self.job["entry"]
        block = fixb_source.main_block(self.trees.get(entry["file"])) if entry else None
        if not block or not block["target"] or ":" not in block["target"]:
            return []
        module, _, attribute = block["target"].partition(":")
        beside = os.path.dirname(os.path.join(self.job["tree"], entry["file"]))
        return [{"module": module, "attribute": attribute, "path": path} for path in (self.job["cwd"], beside)]

    def source(self) -> None:
        own = {file: tree for file, tree in self.trees.items() if not fixb_source.why_left_out(file, tree)}
        lines = {name: [f"{file}:{line}" for file, tree in own.items() for line in fixb_source.calls_of(tree, name)]
                 for name in ("create_all", "dispose")}  # fmt: skip
        self.creators = lines["create_all"]
        entry = self.job["entry"]
        block = fixb_source.main_block(self.trees.get(entry["file"])) if entry else None
        cors = [f"{file}:{line}" for file, tree in own.items() for line in fixb_source.middleware(tree, "CORSMiddleware")]
        emit("source", creators=lines["create_all"], disposers=lines["dispose"], mainBlock=block, cors=cors)

    def migrations(self, ready: bool) -> None:
        """`alembic upgrade head`, which a deployment runs before the server."""
        for ini in self.job["alembic"] if ready else []:
            emit("step", text=f"alembic upgrade head ({ini})")
            code, log = self.alembic(ini, "upgrade", "head")
            emit("migrations", ini=ini, code=code, log=log)
            if code == 0 and self.job["level"] in ("probe", "tests"):
                self.drift(ini)

    def drift(self, ini: str) -> None:
        """`alembic check`: whether a migration is missing for what the models declare."""
        code, log = self.alembic(ini, "check")
        emit("drift", ini=ini, code=code, log=log)

    def alembic(self, ini: str, *words: str) -> tuple[int | None, str]:
        log = Log()
        command = [self.job["python"], "-m", "alembic", "-c", os.path.basename(ini), *words]
        cwd = os.path.join(self.job["tree"], os.path.dirname(ini))
        code = fixb_run.run(command, cwd, self.job["env"], log, self.job["limits"]["start"])
        return code, log.since(limit=8000)

    def serve(self, ready: bool) -> None:
        server = fixb_server.Server(self.job, self.job["env"])
        emit("step", text=" ".join(["uvicorn", *server.command()[3:]]))
        started = server.start(self.job["limits"]["start"])
        emit("server", run=1, **started)
        seen = self.probe(ready, started)
        if started["up"]:
            self.ask(server, seen)
        stopped = server.stop(self.job["limits"]["stop"])
        emit("stopped", run=1, **stopped, log=server.text())
        if started["up"]:
            self.again(server, seen)

    def other(self, entry: dict) -> None:
        """A further application of the backend: whether it starts and answers at all."""
        paths = {"PYTHONPATH": os.pathsep.join(entry["pythonPath"])} if entry["pythonPath"] else {}
        server = fixb_server.Server({**self.job, "entry": entry, "cwd": entry["cwd"]}, {**self.job["env"], **paths})
        emit("step", text=" ".join(["uvicorn", *server.command()[3:]]))
        started = server.start(self.job["limits"]["start"])
        answer = fixb_server.health(server, []) if started["up"] else {"status": 0, "path": ""}
        server.stop(self.job["limits"]["stop"])
        name = f"{entry['module']}:{entry['attribute']}"
        emit("other", name=name, up=started["up"], path=answer["path"], status=answer["status"], log=server.text()[-8000:])

    def probe(self, ready: bool, started: dict) -> dict:
        """What the loaded application is. What is known to stay for ever is not waited for once more."""
        if self.hangs:
            seen = {"target": {key: self.hangs.get(key) for key in ("ok", "error", "at")}}
            emit("probe", seen=seen, code=None, log="")
            return seen
        silent = started.get("silent")
        emit("step", text="loading the application, its session and its tables")
        job = {key: self.job[key] for key in ("cwd", "tree", "entry", "dependencies", "metadata", "modelModules")}
        job |= {"files": self.modules, "database": ready and not silent}
        job |= {"createsTables": bool(self.creators or self.job["alembic"])}
        seen, code, log = self.worker("probe_app.py", job, self.job["limits"]["probe"])
        seen = seen or {}
        if silent and ready:
            seen["lifespan"] = {"error": f"the server does not answer within {silent:g} s", "at": started["at"]}
        self.document = seen.get("app", {}).get("openapi", {}).pop("document", {})
        emit("probe", seen=seen, code=code, log=log)
        return seen

    def ask(self, server: fixb_server.Server, seen: dict) -> None:
        app = seen.get("app")
        paths = [route["path"] for route in app["routes"] if "GET" in route["methods"]] if app else []
        emit("health", run=1, **fixb_server.health(server, paths))
        if app:
            emit("cors", answer=fixb_server.cross_origin(server, app["cors"]))
        if app and self.job["level"] in ("probe", "tests"):
            fixb_probe.probe(server, app, self.document, self.job)

    def tests(self) -> None:
        """The project's own tests, on databases made anew and migrated, as a continuous integration would."""
        emit("step", text="running the project's own tests")
        if self.job["given"]:
            fixb_relay.ask(self.job["given"]["question"], "anew")
        if self.job["postgres"]:
            fixb_tests.prepare(self.job["postgres"], self.trees)
        for ini in self.job["alembic"]:
            self.alembic(ini, "upgrade", "head")
        emit("tests", **fixb_tests.run(self.job, self.folder))

    def again(self, server: fixb_server.Server, seen: dict) -> None:
        emit("step", text="starting the server again, on the same data")
        started = server.start(self.job["limits"]["start"])
        emit("server", run=2, **started)
        app = seen.get("app")
        if started["up"]:
            paths = [route["path"] for route in app["routes"] if "GET" in route["methods"]] if app else []
            emit("health", run=2, **fixb_server.health(server, paths))
        emit("stopped", run=2, **server.stop(self.job["limits"]["stop"]), log=server.text())

    def close(self) -> None:
        if self.job["postgres"] and hasattr(self, "postgres"):
            self.postgres.stop()
        fixb_run.kill_descendants()


def exceeded(what: str, most: int) -> None:
    emit("exceeded", what=what, most=most, during=fixb_run.step)
    emit("end")


def main() -> None:
    fixb_run.end_with_parent()
    with open(sys.argv[1]) as file:
        job = json.load(file)
    fixb_limits.confine(job["most"], job["boxed"])
    if job["boxed"]:
        fixb_seal.close_keyrings()
    watch = fixb_limits.Watch(job["most"], job["onDisk"], job["boxed"], exceeded)
    watch.start()
    look = Look(job)
    try:
        fixb_node.NodeLook(look).run() if job["node"] else look.run()
        emit("used", **watch.used)
    finally:
        look.close()


if __name__ == "__main__":
    main()
