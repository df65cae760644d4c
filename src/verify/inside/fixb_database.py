"""The database as the application itself reaches it: engines, the session dependency, tables against the models."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import inspect
import re
import sys

from fixb_app import explain


class Lifespan:
    """Runs an application's start-up and shutdown by the ASGI lifespan protocol, without a server."""

    def __init__(self, app):
        self.app, self.state = app, {}
        self.asked: asyncio.Queue = asyncio.Queue()
        self.said: asyncio.Queue = asyncio.Queue()

    async def __aenter__(self):
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        self.task = asyncio.ensure_future(self.app(scope, self.asked.get, self.said.put))
        await self._step("startup")
        return self

    async def __aexit__(self, *_):
        await self._step("shutdown")

    async def _step(self, phase: str) -> None:
        await self.asked.put({"type": f"lifespan.{phase}"})
        answer = asyncio.ensure_future(self.said.get())
        await asyncio.wait({answer, self.task}, return_when=asyncio.FIRST_COMPLETED, timeout=60)
        if not answer.done():
            answer.cancel()
            if self.task.done() and phase == "startup" and self.task.exception():
                return  # an application without lifespan may raise: uvicorn goes on as well
            if not self.task.done():
                raise TimeoutError(f"{phase} did not end within 60 s")
        elif answer.result()["type"].endswith("failed"):
            said = [line.strip() for line in answer.result().get("message", "").splitlines() if line.strip()]
            errors = [line for line in said if re.match(r"[A-Za-z_][\w.]*(Error|Exception|Exit|Greenlet|Warning)\b", line)]
            raise RuntimeError([*said[-1:], *errors[-1:]][-1] if said else f"{phase} failed")


def engines_of(files: dict[str, str]) -> list[dict]:
    """Every engine that is alive, with the name under which a module of the backend keeps it."""
    from sqlalchemy.engine import Engine

    alive = gc.get_objects()
    wrappers = [o for o in alive if type(o).__name__ == "AsyncEngine" and hasattr(o, "sync_engine")]
    wrapped = {id(engine.sync_engine) for engine in wrappers}
    plain = [o for o in alive if isinstance(o, Engine) and id(o) not in wrapped]
    names = {}
    for module in files:
        for name, value in list(vars(sys.modules[module]).items()) if module in sys.modules else []:
            names.setdefault(id(value), f"{module}.{name}")
    return [facts_of(engine, names.get(id(engine), "")) for engine in [*wrappers, *plain]]


def facts_of(engine, name: str) -> dict:
    sync = getattr(engine, "sync_engine", engine)
    return {
        "engine": engine,
        "name": name,
        "async": sync is not engine,
        "dialect": sync.dialect.name,
        "driver": sync.dialect.driver,
        "pool": type(sync.pool).__name__,
    }


def plain(engine: dict) -> dict:
    return {key: value for key, value in engine.items() if key != "engine"}


def connections_of(engines: list[dict]) -> list[dict]:
    """Connections that are out, and idle ones that are still open, of every engine that pools."""
    found = []
    for facts in engines:
        pool = getattr(facts["engine"], "sync_engine", facts["engine"]).pool
        if hasattr(pool, "checkedin") and hasattr(pool, "checkedout"):
            found.append({"name": facts["name"], "idle": pool.checkedin(), "out": pool.checkedout()})
    return found


def beyond(held: list[dict], now: list[dict]) -> list[dict]:
    """The connections that are out and were not yet when the start was done: what the start holds it may keep."""
    return [{**one, "out": max(0, one["out"] - before["out"])} for before, one in zip(held, now)]


@contextlib.asynccontextmanager
async def opened(dependency):
    """What a session dependency gives, whatever its shape; closed again on leaving."""
    needed = [p for p in inspect.signature(dependency).parameters.values() if p.default is p.empty and p.kind < 2]
    if needed or inspect.isclass(dependency):
        raise LookupError("it takes arguments: " + ", ".join(p.name for p in needed))
    given = dependency()
    if inspect.isasyncgen(given):
        given = contextlib.asynccontextmanager(lambda: given)()
    elif inspect.isgenerator(given):
        given = contextlib.contextmanager(lambda: given)()
    elif inspect.isawaitable(given) and not hasattr(given, "__aenter__"):
        given = await given
    if hasattr(type(given), "__aenter__"):
        async with given as session:
            yield session
    elif hasattr(type(given), "__enter__"):
        with given as session:
            yield session
    else:
        yield given
        await settled(given.close() if hasattr(given, "close") else None)


async def select_one(session):
    """`SELECT 1`, with whatever speaks to the database here. Returns the value."""
    from sqlalchemy import text

    try:
        answer = await settled(session.execute(text("SELECT 1")))
    except TypeError:
        answer = await settled(session.execute("SELECT 1"))
    for way in ("scalar", "fetchone"):
        if hasattr(answer, way):
            value = await settled(getattr(answer, way)())
            return value[0] if isinstance(value, tuple) else value
    return answer


async def select_one_on(engine):
    """`SELECT 1` on a connection of an engine."""
    from sqlalchemy import text

    answers: list = []
    await on_connection(engine, lambda connection: answers.append(connection.execute(text("SELECT 1")).scalar()))
    return answers[0]


async def settled(value):
    return await value if inspect.isawaitable(value) else value


async def through_fastapi(app, lifespan: Lifespan, dependency, use):
    """Let FastAPI resolve a dependency that has arguments of its own, outside the application's middleware."""
    from fastapi import Depends, FastAPI

    kept = []

    async def probe(session=Depends(dependency)):
        try:
            kept.append(await use(session))
        except Exception as error:
            kept.append(error)

    outer = FastAPI()
    outer.state = app.state
    outer.add_api_route("/", probe)
    await outer(request_scope(outer, lifespan.state), receive_nothing, forget)
    if not kept:
        raise LookupError("FastAPI could not resolve it from an empty request")
    if isinstance(kept[0], Exception):
        raise kept[0]
    return kept[0]


def request_scope(app, state: dict) -> dict:
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": "/", "raw_path": b"/", "root_path": "", "query_string": b"", "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1), "server": ("localhost", 80), "state": dict(state), "app": app,
    }  # fmt: skip


async def receive_nothing():
    return {"type": "http.request", "body": b"", "more_body": False}


async def forget(_message) -> None:
    return None


def metadata_of(places: list[dict], modules: list[str], tree: str) -> tuple[list, list[str]]:
    """The MetaData objects that the models fill, once the modules which declare tables are imported."""
    problems, found = [], []
    for name in modules:
        try:
            importlib.import_module(name)
        except BaseException as error:
            problems.append(f"{name}: {explain(error, tree)['error']}")
    for place in places:
        try:
            value = importlib.import_module(place["module"])
            for part in place["expression"].split("."):
                value = getattr(value, part)
            if value not in found:
                found.append(value)
        except BaseException as error:
            problems.append(f"{place['module']}: {explain(error, tree)['error']}")
    return found, problems


def compare(connection, metadata: list) -> dict:
    """Tables and columns by name: what the models declare against what the database has."""
    from sqlalchemy import inspect as look

    there = look(connection)
    result = {"tables": [], "missing": [], "different": []}
    for table in [table for one in metadata for table in one.sorted_tables]:
        result["tables"].append(table.fullname)
        if not there.has_table(table.name, schema=table.schema):
            result["missing"].append(table.fullname)
            continue
        wanted = {column.name for column in table.columns}
        has = {column["name"] for column in there.get_columns(table.name, schema=table.schema)}
        for name in sorted(wanted - has):
            result["different"].append(f"{table.fullname}.{name} is not in the database")
        for name in sorted(has - wanted):
            result["different"].append(f"{table.fullname}.{name} is not in the models")
    return result


async def on_connection(session, work):
    """Run `work(sync connection)` on whatever a session dependency gave, or on an engine, and commit."""
    if hasattr(session, "run_sync"):
        await session.run_sync(lambda inner: work(inner.connection() if hasattr(inner, "connection") else inner))
        await settled(session.commit())
    elif hasattr(session, "connection") and callable(session.connection):
        work(session.connection())
        session.commit()
    elif hasattr(session, "sync_engine"):
        async with session.begin() as connection:
            await connection.run_sync(work)
    else:
        with session.begin() as connection:
            work(connection)
