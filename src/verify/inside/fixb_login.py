"""Signs up and in by the routes that the document describes, so that protected routes can be asked as well."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from fixb_resources import JSON, body_schema
from fixb_schema import value_of
from fixb_server import Server

PASSWORD = re.compile(r"passw|secret|pwd", re.I)
SIGN_IN = re.compile(r"log-?in|sign-?in|token|session|auth", re.I)
NAMES = ("username", "email", "login", "user_name", "name", "phone")
TOKENS = ("access_token", "token", "accessToken", "jwt", "id_token", "access")


def is_protected(document: dict) -> bool:
    """Whether some operation asks for credentials that a header carries."""
    schemes = document.get("components", {}).get("securitySchemes", {}).values()
    return any(one.get("type") in ("oauth2", "http", "openIdConnect") for one in schemes)


def is_account(resource: dict) -> bool:
    """Whether creating one of these is signing up: it takes a name and a password, and signing in is something else."""
    names = resource["schema"].get("properties", {})
    return any(PASSWORD.search(name) for name in names) and any(name in names for name in NAMES)


def sign_in(server: Server, document: dict, sent: dict) -> str | None:
    """The token for an account that was created with what was `sent`, or None where no route gives one."""
    secret = next((value for name, value in sent.items() if PASSWORD.search(name)), None)
    for path in token_routes(document):
        for name in [sent[key] for key in NAMES if isinstance(sent.get(key), str)]:
            token = token_from(server, document, path, name, secret, sent)
            if token:
                return token
    return None


def token_routes(document: dict) -> list[str]:
    """Where a token may be had: the address of the password flow first, then every POST that sounds like it."""
    paths = document.get("paths", {})
    flows = [one.get("flows", {}) for one in document.get("components", {}).get("securitySchemes", {}).values()]
    named = ["/" + flow["password"]["tokenUrl"].lstrip("/") for flow in flows if flow.get("password", {}).get("tokenUrl")]
    ending = [path for path in paths if any(path.endswith(one) for one in named)]
    likely = [path for path, item in paths.items() if "post" in item and SIGN_IN.search(path) and "{" not in path]
    return list(dict.fromkeys([*ending, *likely]))


def token_from(server: Server, document: dict, path: str, name: str, secret, sent: dict) -> str | None:
    operation = document["paths"].get(path, {}).get("post", {})
    content = operation.get("requestBody", {}).get("content", {})
    if any(JSON.match(kind) for kind in content):
        schema = body_schema(operation, document) or {}
        body = value_of(schema, document, 1)
        body.update({key: value for key, value in sent.items() if key in body})
        body.update({key: name for key in body if key in ("username", "login")})
        body.update({key: secret for key in body if PASSWORD.search(key)})
        answer = server.told("POST", path, body)
    else:
        form = urlencode({"grant_type": "password", "username": name, "password": secret})
        answer = server.told("POST", path, form)
    return token_in(answer)


def token_in(answer: dict) -> str | None:
    if not 200 <= answer["status"] < 300:
        return None
    found = re.search(r'"(?:%s)"\s*:\s*"([^"]+)"' % "|".join(TOKENS), answer["body"])
    return found[1] if found else None
