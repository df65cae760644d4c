"""Imports every module alone, each in a process of its own, and writes what happened.

    import_modules.py JOB RESULT

The processes are forked from one that has already imported the packages which every module needs, so that
each costs a fraction of a second. Nothing of the backend itself is imported before the fork.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import json
import os
import re
import select
import signal
import sys
import tempfile
import time
import traceback

import fixb_run

PEEK = 1.5
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
    stuck: set[str] = set()
    while waiting or running:
        while waiting and len(running) < parallel:
            reader, child = begin(waiting.pop(0), job["tree"])
            running[reader] = child
        results += collect(running, job, stuck)
    return results


def target_of(result: dict, job: dict) -> dict:
    return next(one for one in job["targets"] if all(result.get(key) == one[key] for key in one))


def begin(target: dict, tree: str) -> tuple[int, dict]:
    reader, writer = os.pipe()
    places = tempfile.TemporaryFile()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        os.setsid()
        faulthandler.register(signal.SIGUSR1, file=places, all_threads=False)
        answer = json.dumps(attempt(target, tree)).encode()
        os.write(writer, answer[:60_000])
        os._exit(0)
    os.close(writer)
    return reader, {"pid": pid, "target": target, "since": time.monotonic(), "said": b"", "places": places, "peeked": 0,
                    "status": None}  # fmt: skip


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


def collect(running: dict, job: dict, stuck: set[str]) -> list[dict]:
    """What has ended meanwhile, and what has to be ended. `stuck` holds the places at which imports stay for ever:
    what stays there as well need not be waited for so long."""
    ready, _, _ = select.select(list(running), [], [], 0.2)
    done = []
    for reader in list(running):
        child = running[reader]
        piece = os.read(reader, 65_536) if reader in ready else None
        child["said"] += piece or b""
        since = time.monotonic() - child["since"]
        if piece == b"" or ended(child):
            done.append(finish(reader, running.pop(reader)))
        elif since > job["limit"]:
            place = where(child, job["tree"])
            stuck |= {place} - {""}
            late = {"error": f"the import did not end within {job['limit']:g} s", "at": place, "late": True}
            done.append(finish(reader, running.pop(reader), late))
        elif stuck and since - child["peeked"] > PEEK:
            child["peeked"] = since
            if (place := where(child, job["tree"])) in stuck:
                late = {"error": "the import does not end: it stays at the same place", "at": place, "late": True}
                done.append(finish(reader, running.pop(reader), late))
    return done


def where(child: dict, tree: str) -> str:
    """`file:line` of the backend's own code that the child runs now."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(child["pid"], signal.SIGUSR1)
    time.sleep(0.1)
    child["places"].seek(0)
    dump = child["places"].read(100_000).decode("utf-8", "replace")
    child["places"].seek(0)
    child["places"].truncate()
    return fixb_run.nearest(dump, tree)


def ended(child: dict) -> bool:
    """Whether the process has ended. What it left running may keep the pipe open, so that its end says nothing."""
    if child["status"] is None:
        pid, status = os.waitpid(child["pid"], os.WNOHANG)
        child["status"] = status if pid else None
    return child["status"] is not None


def finish(reader: int, child: dict, late: dict | None = None) -> dict:
    while not late and not ended(child):
        time.sleep(0.001)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child["pid"], signal.SIGKILL)
    if child["status"] is None:
        os.waitpid(child["pid"], 0)
    os.set_blocking(reader, False)
    with contextlib.suppress(BlockingIOError):
        child["said"] += os.read(reader, 65_536)
    os.close(reader)
    child["places"].close()
    result = {"ok": False, **(late or {"error": how_it_ended(child["status"])})}
    with contextlib.suppress(ValueError):
        result = json.loads(child["said"]) if child["said"] else result
    return {**child["target"], **result}


def how_it_ended(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        return f"the process was ended by {signal.Signals(-code).name}"
    return f"the import ends the process with exit code {code}"


if __name__ == "__main__":
    main()
