"""Values that a JSON schema accepts, as an OpenAPI document holds it.

A seed makes each value different from the last one, so that unique columns accept them.
"""

from __future__ import annotations

import re

DEPTH = 6


def resolved(schema: dict, document: dict) -> dict:
    """A schema with its reference followed and its `allOf` joined; the first alternative that is not null."""
    for _ in range(DEPTH):
        if "$ref" in schema:
            schema = at_pointer(document, schema["$ref"])
        elif schema.get("allOf"):
            schema = joined([resolved(one, document) for one in schema["allOf"]], schema)
        elif schema.get("anyOf") or schema.get("oneOf"):
            options = [one for one in schema.get("anyOf") or schema["oneOf"] if one.get("type") != "null"]
            rest = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf")}
            schema = {**rest, **(resolved(options[0], document) if options else {"type": "null"})}
        else:
            break
    return schema


def at_pointer(document: dict, pointer: str) -> dict:
    found = document
    for part in pointer.lstrip("#/").split("/"):
        found = found.get(part.replace("~1", "/").replace("~0", "~"), {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}


def joined(parts: list[dict], outer: dict) -> dict:
    whole = {key: value for key, value in outer.items() if key != "allOf"}
    for part in parts:
        for key, value in part.items():
            if key == "properties":
                whole["properties"] = {**whole.get("properties", {}), **value}
            elif key == "required":
                whole["required"] = [*whole.get("required", []), *value]
            else:
                whole.setdefault(key, value)
    return whole


def value_of(schema: dict, document: dict, seed: int, name: str = "", depth: int = 0):
    """A value for a schema; `name` of the property helps where the schema says only `string`."""
    schema = resolved(schema, document)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][seed % len(schema["enum"])]
    if schema.get("examples") and isinstance(schema["examples"], list) and schema.get("pattern"):
        return schema["examples"][seed % len(schema["examples"])]
    kind = schema.get("type") or ("object" if "properties" in schema else "array" if "items" in schema else None)
    kind = next((one for one in kind if one != "null"), "null") if isinstance(kind, list) else kind
    if kind == "object":
        return object_of(schema, document, seed, depth)
    if kind == "array":
        return array_of(schema, document, seed, name, depth)
    if kind in ("integer", "number"):
        return number_of(schema, seed, kind)
    if kind == "boolean":
        return True
    if kind == "string":
        return text_of(schema, seed, name)
    return None if kind == "null" else f"{name or 'value'}-{seed}"


def object_of(schema: dict, document: dict, seed: int, depth: int) -> dict:
    properties = schema.get("properties", {})
    if not properties and schema.get("additionalProperties", True):
        return {"key": f"value-{seed}"} if schema.get("additionalProperties") in (True, None) else {
            "key": value_of(schema["additionalProperties"], document, seed, "", depth + 1)
        }
    wanted = properties if depth < 3 else {k: v for k, v in properties.items() if k in schema.get("required", [])}
    return {name: value_of(one, document, seed, name, depth + 1) for name, one in wanted.items() if depth < DEPTH}


def array_of(schema: dict, document: dict, seed: int, name: str, depth: int) -> list:
    items = schema.get("prefixItems")
    if items:
        return [value_of(one, document, seed, name, depth + 1) for one in items]
    length = max(1, schema.get("minItems", 1)) if depth < 3 else schema.get("minItems", 0)
    return [value_of(schema.get("items", {}), document, seed + i, name, depth + 1) for i in range(length)]


def number_of(schema: dict, seed: int, kind: str):
    least = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    low = least + 1 if least == schema.get("exclusiveMinimum") else max(least, 1) if "minimum" not in schema else least
    top = schema.get("maximum", schema.get("exclusiveMaximum", low + 1000))
    high = top - 1 if top == schema.get("exclusiveMaximum") and kind == "integer" else top
    step = schema.get("multipleOf", 1)
    span = max(1, int((high - low) / step) + 1) if step else 1
    value = low + (seed % span) * step
    if step and step != 1:
        value = -(-value // step) * step
    return int(value) if kind == "integer" else float(value)


BY_FORMAT = {
    "email": "user{}@example.com",
    "idn-email": "user{}@example.com",
    "uri": "http://localhost/{}",
    "url": "http://localhost/{}",
    "hostname": "host{}.example.com",
    "ipv4": "192.0.2.{}",
    "ipv6": "2001:db8::{}",
    "password": "Passw0rd-{}-Passw0rd",
    "time": "10:00:{:02d}Z",
    "duration": "PT{}S",
    "byte": "dmFsdWU=",
    "binary": "value{}",
}
BY_NAME = [
    (re.compile(r"e.?mail", re.I), "user{}@example.com"),
    (re.compile(r"url$|^link$|website|homepage", re.I), "http://localhost/{}"),
    (re.compile(r"passw", re.I), "Passw0rd-{}-Passw0rd"),
    (re.compile(r"phone|mobile", re.I), "+4930123{:04d}"),
    (re.compile(r"slug|user.?name|login", re.I), "name{}"),
    (re.compile(r"isbn", re.I), "978{:010d}"),
    (re.compile(r"colou?r", re.I), "#0000{:02x}"),
    (re.compile(r"currency", re.I), "EUR"),
    (re.compile(r"country", re.I), "DE"),
    (re.compile(r"_at$|datetime|timestamp", re.I), "2024-01-01T10:{:02d}:00Z"),
]


def text_of(schema: dict, seed: int, name: str) -> str:
    known = schema.get("format")
    if known == "date":
        return f"2024-01-{1 + seed % 28:02d}"
    if known == "date-time":
        return f"2024-01-{1 + seed % 28:02d}T10:00:00Z"
    if known in ("uuid", "uuid4"):
        return f"00000000-0000-4000-8000-{seed:012d}"
    if known in BY_FORMAT:
        return BY_FORMAT[known].format(seed % 60 if known in ("time", "ipv4") else seed)
    if schema.get("pattern"):
        made = matching(schema["pattern"], seed)
        if made is not None:
            return made
    form = next((form for like, form in BY_NAME if like.search(name)), None)
    text = form.format(seed % 60 if "{:02" in form else seed) if form else f"{name or 'text'} {seed}"
    return fitted(text, schema, seed)


def fitted(text: str, schema: dict, seed: int) -> str:
    most, least = schema.get("maxLength"), schema.get("minLength", 0)
    if most is not None and len(text) > most:
        text = str(seed)[-most:] if most < 4 else f"{seed}"[-most:].rjust(min(most, 4), "x")
    return text + "x" * max(0, least - len(text))


def matching(pattern: str, seed: int) -> str | None:
    """A text that a simple pattern accepts, else None. The pattern is read with Python's own parser."""
    try:
        try:
            from re import _parser as parser
        except ImportError:
            import sre_parse as parser
        text = "".join(piece(token, seed) for token in parser.parse(pattern))
        return text if re.search(pattern, text) else None
    except Exception:
        return None


def piece(token, seed: int) -> str:
    """The text for one token of a parsed pattern; raises where it is none of the simple ones."""
    kind, value = str(token[0]), token[1]
    if kind == "LITERAL":
        return chr(value)
    if kind == "ANY":
        return "x"
    if kind == "IN":
        return one_of(value, seed)
    if kind == "CATEGORY":
        return category(value, seed)
    if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, inner = value
        times = least if least or most == 0 else 1
        return "".join(piece(one, seed // 10**i) for i in range(times - 1, -1, -1) for one in inner)
    if kind == "SUBPATTERN":
        return "".join(piece(one, seed) for one in value[-1])
    if kind == "BRANCH":
        return "".join(piece(one, seed) for one in value[1][seed % len(value[1])])
    if kind == "AT":
        return ""
    raise ValueError(kind)


def one_of(members, seed: int) -> str:
    kind, value = str(members[0][0]), members[0][1]
    if kind == "NEGATE":
        return "x"
    if kind == "RANGE":
        return chr(value[0] + seed % (value[1] - value[0] + 1))
    return category(value, seed) if kind == "CATEGORY" else chr(value)


def category(value, seed: int) -> str:
    name = str(value)
    if name.endswith("_NOT_DIGIT"):
        return "x"
    return str(seed % 10) if "DIGIT" in name else " " if name.endswith("CATEGORY_SPACE") else "x"
