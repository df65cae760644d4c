"""The person's own requests, and whether each answer is what it must be."""

from __future__ import annotations

import json
import re

from fixb_server import Server, short


def ask_all(server: Server, probes: list[dict], progress) -> list[dict]:
    """The answers in the probes' order; `problem` says what is not as it must be, or is None."""
    saved: dict[str, str] = {}
    answers = []
    for probe in probes:
        method = probe.get("method", "GET").upper()
        path = with_saved(probe["path"], saved)
        body = with_saved(probe["json"], saved) if "json" in probe else None
        answer = server.told(method, path, body, with_saved(probe.get("headers", {}), saved))
        problem = objection(probe, answer)
        if problem is None:
            problem = save(probe, answer, saved)
        answers.append({"method": method, "path": path, "status": answer["status"], "body": short(answer["body"]),
                        "log": answer["log"], "problem": problem})  # fmt: skip
        progress(f"probe {method} {path} {answer['status']}")
    return answers


def objection(probe: dict, answer: dict) -> str | None:
    wanted = probe.get("status", 200)
    if answer["status"] != wanted:
        return f"it answers {answer['status'] or 'nothing'} and not {wanted}"
    if probe.get("body_contains", "") not in answer["body"]:
        return f"the answer does not contain {json.dumps(probe['body_contains'])}"
    if "json_equals" not in probe and "json_contains" not in probe:
        return None
    try:
        body = json.loads(answer["body"])
    except ValueError:
        return "the answer is no JSON"
    if "json_equals" in probe and body != probe["json_equals"]:
        return f"the answer does not equal {json.dumps(probe['json_equals'])[:200]}"
    if "json_contains" in probe and not contains(body, probe["json_contains"]):
        return f"the answer does not hold {json.dumps(probe['json_contains'])[:200]}"
    return None


def contains(whole, part) -> bool:
    """Objects by key, arrays by each element in any place, everything else by equality."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and contains(whole[key], part[key]) for key in part)
    if isinstance(part, list):
        return isinstance(whole, list) and all(any(contains(one, wanted) for one in whole) for wanted in part)
    return whole == part


def save(probe: dict, answer: dict, saved: dict[str, str]) -> str | None:
    for name, path in probe.get("save", {}).items():
        try:
            found = json.loads(answer["body"])
            for key in path.split("."):
                found = found[int(key)] if isinstance(found, list) else found[key]
        except (ValueError, KeyError, IndexError, TypeError):
            return f"the answer has no {path}"
        saved[name] = str(found)
    return None


def with_saved(value, saved: dict[str, str]):
    """A value with each `{name}` in its texts filled in; an unknown name stays as it is."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda m: saved.get(m[1], m[0]), value)
    if isinstance(value, dict):
        return {key: with_saved(one, saved) for key, one in value.items()}
    return [with_saved(one, saved) for one in value] if isinstance(value, list) else value
