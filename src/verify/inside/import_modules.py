"""Imports every module alone, each in a process of its own, and writes what happened.

    import_modules.py JOB RESULT

The processes are forked from one that has already imported the packages which every module needs, so that
each costs a fraction of a second. Nothing of the backend itself is imported before the fork.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import select
import signal
import sys
import time
import traceback

PACKAGES = ["fastapi", "pydantic", "pydantic_settings", "sqlalchemy", "sqlmodel", "starlette"]

# Modules that make tables when they are imported can get in each other's way; such an import is tried again alone.
RACE = re.compile(r"OperationalError|ProgrammingError|IntegrityError|InternalError|UniqueViolation|already exists|is locked")


def main() -> None:
    with open(sys.argv[1]) as file:
        job = json.load(file)
    sys.path[0] = job["cwd"]
    for package in PACKAGES:
        with contextlib.suppress(BaseException):
            importlib.import_module(package)
    results = import_all(job["targets"], job["parallel"], job)
    raced = [one for one in results if not one["ok"] and RACE.search(one.get("error", ""))]
    again = import_all([target_of(one, job) for one in raced], 1, job)
    with open(sys.argv[2], "w") as file:
        json.dump([one for one in results if one not in raced] + again, file)


def import_all(targets: list[dict], parallel: int, job: dict) -> list[dict]:
    waiting, running, results = list(targets), {}, []
    while waiting or running:
        while waiting and len(running) < parallel:
            reader, child = begin(waiting.pop(0), job["tree"])
            running[reader] = child
        results += collect(running, job["limit"])
    return results


def target_of(result: dict, job: dict) -> dict:
    return next(one for one in job["targets"] if all(result.get(key) == one[key] for key in one))


def begin(target: dict, tree: str) -> tuple[int, dict]:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        os.setsid()
        answer = json.dumps(attempt(target, tree)).encode()
        os.write(writer, answer[:60_000])
        os._exit(0)
    os.close(writer)
    return reader, {"pid": pid, "target": target, "since": time.monotonic(), "said": b""}


def attempt(target: dict, tree: str) -> dict:
    """Runs in the child: import one module, and look its attribute up where one is named."""
    if target.get("path"):
        sys.path[0] = target["path"]
    try:
        module = importlib.import_module(target["module"])
        for name in filter(None, (target.get("attribute") or "").split(".")):
            module = getattr(module, name)
        return {"ok": True}
    except BaseException as error:
        return {"ok": False, **explain(error, tree)}


def explain(error: BaseException, tree: str) -> dict:
    """The error in one line, the place in the backend's own code nearest to it, and whether a cycle is to blame."""
    said = traceback.format_exception_only(type(error), error)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(tree + os.sep)]
    place = f"{os.path.relpath(frames[-1].filename, tree)}:{frames[-1].lineno}" if frames else ""
    line = " ".join(said[-1].split())
    return {
        "error": line[:600],
        "at": place,
        "cycle": "partially initialized module" in line,
        "exits": isinstance(error, SystemExit),
    }


def collect(running: dict, limit: float) -> list[dict]:
    ready, _, _ = select.select(list(running), [], [], 0.2)
    done = []
    for reader in list(running):
        child = running[reader]
        piece = os.read(reader, 65_536) if reader in ready else None
        child["said"] += piece or b""
        if piece == b"" or time.monotonic() - child["since"] > limit:
            done.append(finish(reader, running.pop(reader), limit))
    return done


def finish(reader: int, child: dict, limit: float) -> dict:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child["pid"], signal.SIGKILL)
    os.close(reader)
    os.waitpid(child["pid"], 0)
    late = time.monotonic() - child["since"] > limit
    lost = {"ok": False, "error": f"the import did not end within {limit:g} s" if late else "the process died"}
    with contextlib.suppress(ValueError):
        lost = json.loads(child["said"]) if child["said"] else lost
    return {**child["target"], **lost}


if __name__ == "__main__":
    main()
