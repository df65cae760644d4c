"""What a loaded application says of itself: its title, routes, routers and cross-origin settings."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
import traceback

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def explain(error: BaseException, tree: str) -> dict:
    """An error in one line, and the place in the backend's own code nearest to it."""
    said = traceback.format_exception_only(type(error), error)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(tree + os.sep)]
    place = f"{os.path.relpath(frames[-1].filename, tree)}:{frames[-1].lineno}" if frames else ""
    return {"error": " ".join(" ".join(said).split())[:600], "at": place}


def load(entry: dict):
    """The application, as uvicorn loads it."""
    found = importlib.import_module(entry["module"])
    for name in entry["attribute"].split("."):
        found = getattr(found, name)
    return found() if entry["factory"] else found


def describe(app) -> dict:
    """Title, version, lifespan, documents and routes, where the application has them."""
    return {
        "class": f"{type(app).__module__.partition('.')[0]}.{type(app).__name__}",
        **{key: str(getattr(app, key, None) or "") for key in ("title", "version", "description")},
        "lifespan": lifespan_name(app),
        "openapi": openapi_of(app),
        "cors": cors_of(app),
        "routes": routes_of(app),
    }


def lifespan_name(app) -> str | None:
    """The lifespan function, or the start-up handlers of the older form; None where there is neither."""
    router = getattr(app, "router", None)
    handlers = [*getattr(router, "on_startup", []), *getattr(router, "on_shutdown", [])]
    if handlers:
        return ", ".join(getattr(handler, "__name__", "?") for handler in handlers)
    names = [name for name in context_names(getattr(router, "lifespan_context", None)) if "Default" not in name]
    return ", ".join(names) or None


def context_names(context) -> list[str]:
    """The names of lifespan functions; FastAPI merges those of included routers into one around them."""
    name = getattr(context, "__name__", type(context).__name__)
    if name != "merged_lifespan":
        return [] if context is None else [name]
    inner = [cell.cell_contents for cell in getattr(inspect.unwrap(context), "__closure__", None) or []]
    return [name for one in inner if callable(one) for name in context_names(one)]


def openapi_of(app) -> dict:
    """Whether the application can describe itself, and the types of its path parameters."""
    if not hasattr(app, "openapi"):
        return {"ok": True, "operations": 0, "samples": {}, "url": None, "document": {}}
    try:
        document = app.openapi()
    except Exception as error:
        return {"ok": False, **explain(error, os.getcwd()), "operations": 0, "samples": {}, "url": None, "document": {}}
    samples, operations = {}, 0
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            if method.upper() in METHODS:
                operations += 1
                samples[f"{method.upper()} {path}"] = samples_of(item, operation)
    url = getattr(app, "openapi_url", None)
    return {"ok": True, "operations": operations, "samples": samples, "url": url, "document": document}


def samples_of(item: dict, operation: dict) -> dict[str, str]:
    """A value of the right kind for each path parameter."""
    parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
    return {p["name"]: sample(p.get("schema", {})) for p in parameters if p.get("in") == "path"}


def sample(schema: dict) -> str:
    kind = schema.get("format") or schema.get("type")
    if schema.get("enum"):
        return str(schema["enum"][0])
    known = {
        "integer": str(schema.get("minimum", 1)),
        "number": "1",
        "boolean": "true",
        "uuid": "00000000-0000-4000-8000-000000000000",
        "date": "2024-01-01",
        "date-time": "2024-01-01T00:00:00Z",
        "email": "nobody@example.com",
    }
    return known.get(kind, "x" * max(1, schema.get("minLength", 1)))


def cors_of(app) -> dict | None:
    """How the cross-origin middleware is set, or None where there is none."""
    for middleware in getattr(app, "user_middleware", []):
        if getattr(getattr(middleware, "cls", None), "__name__", "") == "CORSMiddleware":
            options = getattr(middleware, "kwargs", None) or getattr(middleware, "options", {})
            origins = options.get("allow_origins", ())
            return {
                "origins": [origins] if isinstance(origins, str) else [str(origin) for origin in origins],
                "text": isinstance(origins, str),
                "credentials": bool(options.get("allow_credentials")),
                "regex": options.get("allow_origin_regex"),
            }
    return None


def routes_of(app) -> list[dict]:
    """Every route, flat, by its kind: `http`, or what else it is. The framework's documentation pages are not `own`."""
    found = []
    for route in flat(app):
        methods = sorted(getattr(route, "methods", None) or [])
        kind = "http" if methods else type(getattr(route, "original_route", route)).__name__
        tags = [str(getattr(tag, "value", tag)) for tag in getattr(route, "tags", None) or []]
        home = getattr(endpoint_of(route), "__module__", None) or ""
        own = home.partition(".")[0] not in ("fastapi", "starlette")
        found.append({"path": path_of(route), "methods": methods, "tags": tags, "kind": kind, "own": own})
    return found


def path_of(route) -> str:
    return str(getattr(route, "path_format", None) or getattr(route, "path", ""))


def flat(app) -> list:
    """The routes of an application or router. Newer FastAPI keeps an included router as one entry and opens it here."""
    routes = getattr(app, "routes", None) or getattr(getattr(app, "router", None), "routes", [])
    opened = getattr(sys.modules.get("fastapi.routing"), "iter_route_contexts", iter)
    return list(opened(routes))


def routers_of(app, files: dict[str, str]) -> list[dict]:
    """Every APIRouter that a module of the backend makes, and whether the application serves its routes.

    `files` maps the names of the backend's modules to their files.
    """
    served = {id(endpoint_of(route)) for route in flat(app) if endpoint_of(route) is not None}
    found, seen = [], set()
    for module, file in sorted(files.items()):
        for name, value in sorted(vars(sys.modules[module]).items()) if module in sys.modules else []:
            if type(value).__name__ == "APIRouter" and id(value) not in seen and made_here(value, module):
                seen.add(id(value))
                own = [endpoint_of(route) for route in flat(value) if endpoint_of(route) is not None]
                found.append(
                    {
                        "name": f"{module}.{name}",
                        "file": file,
                        "prefix": value.prefix,
                        "tags": [str(tag) for tag in value.tags or []],
                        "routes": len(own),
                        "served": sum(id(endpoint) in served for endpoint in own),
                    }
                )
    return found


def endpoint_of(route):
    return getattr(route, "endpoint", None)


def made_here(router, module: str) -> bool:
    """Whether some route of a router is written in that module; an imported router belongs elsewhere."""
    homes = {getattr(endpoint_of(route), "__module__", module) for route in flat(router)}
    return not homes or module in homes
