"""Rows in answers: where they are, how they are called, and whether two of them say the same."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone

LIST_KEYS = ("items", "data", "results", "rows", "records")


def parsed(body: str):
    try:
        return json.loads(body)
    except ValueError:
        return None


def row_in(answer) -> dict | None:
    """The row of an answer, also where it is wrapped: `{"data": {…}}`."""
    if not isinstance(answer, dict):
        return None
    inner = [value for value in answer.values() if isinstance(value, dict)]
    plain = [key for key in answer if key == "id" or key.endswith("_id")]
    return inner[0] if len(inner) == 1 and not plain and len(answer) <= 3 else answer


def rows_in(answer) -> list | None:
    if isinstance(answer, list):
        return answer
    found = [answer[key] for key in LIST_KEYS if isinstance(answer.get(key), list)] if isinstance(answer, dict) else []
    return found[0] if found else None


def identity(row: dict | None, resource: dict):
    """A row's id, by the name that its route calls it, or by the usual ones."""
    key = resource["key"] or ""
    bare = re.sub(rf"^{re.escape(resource['name'])}_", "", key)
    for name in (key, bare, "id", f"{resource['name']}_id", "uuid", "slug"):
        if row and isinstance(row.get(name), (str, int)):
            return row[name]
    return None


def differing(sent: dict, said: dict | None, found: dict) -> list[str]:
    """Fields that an answer gave back as they were sent, and that read differently afterwards."""
    kept = [key for key in sent if said and key in said and key in found and same(said[key], sent[key])]
    return [key for key in kept if not same(found[key], sent[key])]


def same(one, other) -> bool:
    """Equal, however it is written: numbers as text, instants with and without their zone."""
    if one == other:
        return True
    if isinstance(one, (int, float)) and isinstance(other, str):
        one, other = other, one
    if isinstance(one, str) and isinstance(other, (int, float)) and not isinstance(other, bool):
        try:
            return abs(float(one) - other) < 1e-6
        except ValueError:
            return False
    if isinstance(one, str) and isinstance(other, str):
        moments = instant(one), instant(other)
        return None not in moments and moments[0] == moments[1] or one.strip().lower() == other.strip().lower()
    return False


def instant(text: str):
    if not re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text):
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def shown(value) -> str:
    return json.dumps(value, default=str)[:80]
