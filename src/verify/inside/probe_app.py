"""Loads the application once, outside a server, and looks at it and at its database.

    probe_app.py JOB RESULT

The result is written after each step, so that what was seen is kept when a later step kills the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import sys

import fixb_app
import fixb_database


def main() -> None:
    with open(sys.argv[1]) as file:
        job = json.load(file)
    sys.path[0] = job["cwd"]
    seen: dict = {}
    keep(seen)
    try:
        app = fixb_app.load(job["entry"])
        seen["target"] = {"ok": True, "callable": callable(app)}
    except BaseException as error:
        seen["target"] = {"ok": False, **fixb_app.explain(error, job["tree"])}
        keep(seen)
        return
    describe(app, job, seen)
    keep(seen)
    if job["database"]:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(look(app, job, seen))
        keep(seen)
    rest(app, job, seen)
    keep(seen)


def keep(seen: dict) -> None:
    with open(sys.argv[2], "w") as file:
        json.dump(seen, file, default=str)


def describe(app, job: dict, seen: dict) -> None:
    """What the application alone loads. Nothing else is imported before its start-up, which may go by what is."""
    seen["app"] = fixb_app.describe(app)
    with contextlib.suppress(ImportError):
        seen["engines"] = [fixb_database.plain(engine) for engine in fixb_database.engines_of(job["files"])]


def rest(app, job: dict, seen: dict) -> None:
    """What the backend's other modules have as well."""
    for name in job["files"]:
        with contextlib.suppress(BaseException):
            importlib.import_module(name)
    seen["routers"] = fixb_app.routers_of(app, job["files"])
    with contextlib.suppress(ImportError):
        known = {engine["name"] for engine in seen["engines"]}
        later = [fixb_database.plain(engine) for engine in fixb_database.engines_of(job["files"])]
        seen["engines"] += [engine for engine in later if engine["name"] not in known]


async def look(app, job: dict, seen: dict) -> None:
    """Everything that needs the database, between the application's own start-up and shutdown."""
    lifespan, engines = fixb_database.Lifespan(app), []
    try:
        async with lifespan:
            engines = fixb_database.engines_of(job["files"])
            seen["engines"] = [fixb_database.plain(engine) for engine in engines]
            held = fixb_database.connections_of(engines)
            await sessions(app, lifespan, engines, job, seen)
            await tables(app, lifespan, engines, job, seen)
            seen["open"] = fixb_database.beyond(held, fixb_database.connections_of(engines))
            keep(seen)
        seen["closed"] = fixb_database.connections_of(engines)
    except Exception as error:
        seen["lifespan"] = fixb_app.explain(error, job["tree"])


async def sessions(app, lifespan, engines: list[dict], job: dict, seen: dict) -> None:
    """`SELECT 1` through each session dependency; through the engines where there is none."""
    seen["sessions"] = []
    for place in job["dependencies"]:
        through = with_session(app, lifespan, place, fixb_database.select_one)
        seen["sessions"].append(await outcome(f"{place['module']}.{place['name']}", through, job))
    for engine in [] if job["dependencies"] else engines:
        through = fixb_database.select_one_on(engine["engine"])
        seen["sessions"].append(await outcome(engine["name"] or "an engine", through, job))


async def outcome(name: str, through, job: dict) -> dict:
    try:
        return {"name": name, "ok": await through == 1}
    except BaseException as error:
        return {"name": name, "ok": False, "other": isinstance(error, NoSession), **fixb_app.explain(error, job["tree"])}


async def with_session(app, lifespan, place: dict, use):
    dependency = importlib.import_module(place["module"])
    for name in place["name"].split("."):
        dependency = getattr(dependency, name)

    async def checked(given):
        return await use(session_of(given))

    try:
        async with fixb_database.opened(dependency) as session:
            return await checked(session)
    except LookupError:
        return await fixb_database.through_fastapi(app, lifespan, dependency, checked)


class NoSession(Exception):
    """A dependency gave something else than a session: whoever uses it knows what to do with it, we do not."""


def session_of(given):
    if hasattr(given, "execute"):
        return given
    raise NoSession(f"it gives {type(given).__name__}, which executes nothing itself")


async def tables(app, lifespan, engines: list[dict], job: dict, seen: dict) -> None:
    metadata, problems = fixb_database.metadata_of(job["metadata"], job["modelModules"], job["tree"])
    result: dict = {"problems": problems}

    def work(connection) -> None:
        result.update(fixb_database.compare(connection, metadata))
        nobody = not job["createsTables"] and len(result["missing"]) == len(result["tables"])
        if result["missing"] and nobody:
            for one in metadata:
                one.create_all(connection)
            result["made"] = True

    try:
        if sum(len(one.tables) for one in metadata):
            await somewhere(app, lifespan, engines, job, work)
        else:
            result |= {"tables": [], "missing": [], "different": []}
    except BaseException as error:
        result |= fixb_app.explain(error, job["tree"])
    seen["tables"] = result


async def somewhere(app, lifespan, engines: list[dict], job: dict, work) -> None:
    """Through the session dependency where there is one that works, else through an engine."""

    async def through(session):
        await fixb_database.on_connection(session, work)

    last: BaseException = LookupError("neither a session dependency nor an engine was found")
    for place in job["dependencies"]:
        try:
            return await with_session(app, lifespan, place, through)
        except Exception as error:
            last = error
    for engine in engines:
        try:
            return await fixb_database.on_connection(engine["engine"], work)
        except Exception as error:
            last = error
    raise last


if __name__ == "__main__":
    main()
