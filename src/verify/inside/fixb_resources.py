"""What an OpenAPI document lets a client create, read, list, change and delete."""

from __future__ import annotations

import re

from fixb_schema import resolved

VERBS = re.compile(r"^(create|add|new|register|sign-?up)$", re.I)
JSON = re.compile(r"^application/(json|[\w.+-]*\+json)")


def resources_of(document: dict) -> list[dict]:
    """One resource for each path that takes a POST with a JSON object.

    `item` is the path of one of its rows, where there is one; `key` the name of its last parameter.
    """
    paths = document.get("paths", {})
    found = []
    for path, item in paths.items():
        schema = body_schema(item.get("post"), document)
        if schema is None:
            continue
        base = collection(path)
        row = next((other for other in paths if is_item(other, base)), None)
        listing = next((other for other in paths if other.rstrip("/") == base and "get" in paths[other]), None)
        found.append(
            {
                "name": noun(base),
                "create": path,
                "schema": schema,
                "item": row,
                "key": parameter(row) if row else None,
                "list": listing,
                "methods": [m for m in ("get", "put", "patch", "delete") if row and m in paths[row]],
                "same": bool(listing) and lists_what_post_gives(paths, path, listing, document),
            }
        )
    return found


def body_schema(operation: dict | None, document: dict) -> dict | None:
    """The schema of an operation's JSON body where it is an object."""
    content = (operation or {}).get("requestBody", {}).get("content", {})
    for kind, media in content.items():
        if JSON.match(kind):
            schema = resolved(media.get("schema", {}), document)
            return schema if "properties" in schema else None
    return None


def collection(path: str) -> str:
    """`/users/create` and `/users/` are both about `/users`."""
    parts = path.rstrip("/").split("/")
    return "/".join(parts[:-1] if VERBS.match(parts[-1]) else parts)


def is_item(path: str, base: str) -> bool:
    rest = path.rstrip("/")
    return rest.startswith(base + "/") and re.fullmatch(r"\{[^{}/]+\}", rest[len(base) + 1 :]) is not None


def parameter(path: str) -> str:
    return re.findall(r"\{(\w+)(?::\w+)?\}", path)[-1]


def noun(base: str) -> str:
    """The singular of the last word of a path that is no parameter: `/api/v1/categories` → `category`."""
    words = [part for part in base.split("/") if part and not part.startswith("{")]
    return singular(words[-1].replace("-", "_").lower()) if words else ""


def singular(word: str) -> str:
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("ss", "ss"), ("s", "")):
        if word.endswith(ending):
            return word[: -len(ending)] + instead
    return word


def lists_what_post_gives(paths: dict, create: str, listing: str, document: dict) -> bool:
    """Whether the list's rows have the schema of what a creation answers: then every new row should be in it."""
    made = answer_schema(paths[create]["post"], document)
    rows = resolved(answer_schema(paths[listing]["get"], document), document)
    if rows.get("type") != "array":
        return False
    return "$ref" in made and rows.get("items", {}).get("$ref") == made["$ref"]


def answer_schema(operation: dict, document: dict) -> dict:
    for status in ("200", "201", "202"):
        content = operation.get("responses", {}).get(status, {}).get("content", {})
        for kind, media in content.items():
            if JSON.match(kind):
                return media.get("schema", {})
    return {}


def needs_of(resource: dict) -> dict[str, str]:
    """Names of the fields and path parameters that refer to a row of another resource, and that resource's name."""
    found = {}
    names = [*resource["schema"].get("properties", {}), *re.findall(r"\{(\w+)(?::\w+)?\}", resource["create"])]
    for name in names:
        matched = re.fullmatch(r"(\w+?)_(?:id|uuid)s?", name)
        if matched:
            found[name] = matched[1].lower()
    return found


def refers_to(word: str, names: list[str]) -> str | None:
    """The resource that `team` or `parent_team` names, or None."""
    return next((name for name in names if name and (word == name or word.endswith("_" + name))), None)
