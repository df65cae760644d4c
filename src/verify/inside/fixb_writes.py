"""Creates, reads, lists, changes and deletes through the routes, and tells what did not stay.

Only what the backend itself said is held against it: a field counts where an answer gave back what was sent.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from fixb_login import is_account, is_protected, sign_in
from fixb_resources import body_schema, needs_of, refers_to
from fixb_rows import differing, identity, parsed, row_in, rows_in, same, shown
from fixb_schema import value_of
from fixb_server import Server, short

REFUSED = (400, 401, 403, 404, 405, 406, 409, 415, 422, 429)


class Writes:
    """One walk through all resources. `steps` holds what was asked and answered, in order."""

    def __init__(self, server: Server, document: dict, resources: list[dict], progress):
        self.server, self.document, self.resources, self.progress = server, document, resources, progress
        self.steps: list[dict] = []
        self.made: dict[str, list[dict]] = {}
        self.order: list[dict] = []
        self.seed = 0

    def fill(self) -> None:
        """Create one row of each resource, parents first; read it; create the same and another one; change the first."""
        resources = self.in_order()
        if is_protected(self.document):
            resources = self.sign_in(resources)
        for resource in resources:
            if self.create(resource):
                self.order.append(resource)
        for resource in self.order:
            self.read(resource)
            self.listed(resource)
        for resource in self.order:
            self.repeat(resource)
        for resource in self.order:
            self.change(resource)

    def sign_in(self, resources: list[dict]) -> list[dict]:
        """Create an account and sign in with it, where that can be done; what is left to create."""
        for resource in [one for one in resources if is_account(one)]:
            made = self.create(resource)
            token = made and sign_in(self.server, self.document, made["sent"])
            if token:
                self.server.headers["Authorization"] = f"Bearer {token}"
                self.order.append(resource)
                return [one for one in resources if one is not resource]
            self.steps.pop()
            self.made.pop(resource["name"], None)
        return resources

    def remove(self) -> None:
        """Delete a row that another one refers to, then every first row, children first."""
        for resource in self.order:
            self.delete_used(resource)
        for resource in reversed(self.order):
            self.delete(resource)

    def known(self) -> dict[str, str]:
        """Values for path parameters: the ids of the rows that were made, by the names that routes call them."""
        found: dict[str, str] = {}
        for resource in self.order:
            row = self.made[resource["name"]][0]
            for name in (f"{resource['name']}_id", f"{resource['name']}_uuid", resource["key"]):
                if name and row["id"] is not None and name != "id":
                    found[name] = str(row["id"])
        return found

    def in_order(self) -> list[dict]:
        """Parents before their children; a circle is entered at its first resource."""
        names, waiting, done = [one["name"] for one in self.resources], list(self.resources), []
        while waiting:
            left = {one["name"] for one in waiting}
            ready = next((one for one in waiting if not (self.parents(one, names) & left - {one["name"]})), waiting[0])
            waiting.remove(ready)
            done.append(ready)
        return done

    def parents(self, resource: dict, names: list[str]) -> set[str]:
        found = (refers_to(word, names) for word in needs_of(resource).values())
        return {name for name in found if name}

    def body_for(self, resource: dict, short_form: bool = False) -> dict:
        """A new body; fields that refer to another row get its id, and are left out where there is none to refer to."""
        self.seed += 1
        schema = resource["schema"]
        body = value_of(schema, self.document, self.seed)
        required = set(schema.get("required", []))
        if short_form:
            body = {name: value for name, value in body.items() if name in required}
        referred = self.referred(resource)
        for name in [one for one in needs_of(resource) if one in body]:
            if name in referred:
                body[name] = [referred[name]] if isinstance(body[name], list) else referred[name]
            elif name not in required:
                del body[name]
        if "id" in body and "id" not in required:
            del body["id"]
        return body

    def referred(self, resource: dict) -> dict:
        """The ids of the rows that a resource's fields refer to, by field; none for a row of the same resource."""
        found = {}
        for name, word in needs_of(resource).items():
            parent = refers_to(word, list(self.made))
            if parent and parent != resource["name"] and self.made[parent]:
                found[name] = self.made[parent][0]["id"]
        return found

    def step(self, resource: dict, what: str, method: str, route: str, body=None, row: dict | None = None, query: str = "") -> dict:
        path = self.filled(route, resource, row) + (f"?{query}" if query else "")
        answer = self.server.told(method, path, body)
        record = {"resource": resource["name"], "what": what, "method": method, "route": route, "path": path,
                  "status": answer["status"], "body": short(answer["body"]), "log": answer["log"], "problem": None}  # fmt: skip
        self.steps.append(record)
        self.progress(f"{method} {route} {answer['status']} ({what})")
        return {**record, "json": parsed(answer["body"])}

    def filled(self, route: str, resource: dict, row: dict | None) -> str:
        known = self.known()
        if row and resource["key"] and route == resource["item"]:
            known = {**known, resource["key"]: str(row["id"])}
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: quote(known.get(m[1], "1"), safe=""), route)

    def create(self, resource: dict) -> dict | None:
        """The new row, or None. A body with all its fields is tried first, then one with those that must be."""
        for short_form in (False, True):
            sent = self.body_for(resource, short_form)
            answer = self.step(resource, "create", "POST", resource["create"], sent)
            if answer["status"] not in (400, 422, 409) or short_form:
                break
            self.steps.pop()
        if not 200 <= answer["status"] < 300:
            return None
        given = row_in(answer["json"])
        row = {"sent": sent, "row": given, "id": identity(given, resource)}
        if row["id"] is None and resource["list"]:
            row = {**row, **self.found_in_list(resource, sent)}
        self.made.setdefault(resource["name"], []).append(row)
        return row

    def found_in_list(self, resource: dict, sent: dict) -> dict:
        """A creation that tells no id: the row of the list that holds what was sent."""
        answer = self.server.told("GET", self.filled(resource["list"], resource, None))
        for row in rows_in(parsed(answer["body"])) or []:
            if isinstance(row, dict) and any(key in row and same(row[key], sent[key]) for key in sent):
                return {"row": row, "id": identity(row, resource)}
        return {}

    def read(self, resource: dict, what: str = "read") -> dict | None:
        """Read the first row again, and hold its creation against it."""
        row = self.made[resource["name"]][0]
        if "get" not in resource["methods"] or row["id"] is None:
            return None
        answer = self.step(resource, what, "GET", resource["item"], row=row)
        if answer["status"] in (404, 410):
            self.blame(f"it was created ({resource['create']} answered with id {row['id']}) and is not found")
            return None
        found = row_in(answer["json"])
        if answer["status"] != 200 or found is None:
            return None
        if what == "read":
            lost = differing(row["sent"], row["row"], found)
            if lost:
                self.blame(f"the creation answered {lost[0]} {shown(row['row'][lost[0]])}, and it reads {shown(found[lost[0]])}")
            row["read"] = found
        return found

    def listed(self, resource: dict) -> None:
        if not resource["list"]:
            return
        answer = self.step(resource, "list", "GET", resource["list"])
        rows, row = rows_in(answer["json"]), self.made[resource["name"]][0]
        if answer["status"] == 200 and resource["same"] and rows == []:
            self.blame(f"a row was created (id {row['id']}), and the list is empty")

    def repeat(self, resource: dict) -> None:
        """The same again, which may be refused but must not fail; then another one, which must do as the first did."""
        first = self.made[resource["name"]][0]
        self.step(resource, "create the same again", "POST", resource["create"], first["sent"])
        other = self.body_for(resource, short_form=set(first["sent"]) < set(resource["schema"]["properties"]))
        answer = self.step(resource, "create another", "POST", resource["create"], other)
        if answer["status"] in REFUSED and answer["status"] not in (409, 429):
            self.steps.pop()
        elif 200 <= answer["status"] < 300:
            given = row_in(answer["json"])
            self.made[resource["name"]].append({"sent": other, "row": given, "id": identity(given, resource)})

    def change(self, resource: dict) -> None:
        row = self.made[resource["name"]][0]
        for method in ("put", "patch"):
            if method in resource["methods"] and row["id"] is not None:
                self.change_by(method, resource, row)

    def change_by(self, method: str, resource: dict, row: dict) -> None:
        item = self.document["paths"][resource["item"]]
        schema = body_schema(item[method], self.document)
        if schema is None:
            return
        sent = self.body_for({**resource, "schema": schema})
        answer = self.step(resource, "change", method.upper(), resource["item"], sent, row)
        if not 200 <= answer["status"] < 300:
            if answer["status"] in REFUSED:
                self.steps[-1]["refused"] = True
            return
        said, found = row_in(answer["json"]), self.read(resource, "read the change")
        if found is None:
            return
        lost = differing(sent, said, found) if said else self.unchanged(sent, row, found)
        if lost:
            self.blame(f"{method.upper()} set {lost[0]} to {shown(sent[lost[0]])}, and it reads {shown(found[lost[0]])}")

    def unchanged(self, sent: dict, row: dict, found: dict) -> list[str]:
        """Fields that the row showed as they were sent when it was created, and that did not take the new value."""
        before, made = row.get("read") or {}, row["sent"]
        clear = [key for key in sent if key in found and key in made and same(before.get(key), made[key])]
        return [key for key in clear if not same(found[key], sent[key]) and same(found[key], made[key])]

    def delete_used(self, resource: dict) -> None:
        """Delete a row while another refers to it: refusing is right, and so is doing it; failing is not."""
        names = list(self.made)
        child = next((one for one in self.order if one is not resource and resource["name"] in self.parents(one, names)), None)
        rows = self.made[resource["name"]]
        if not child or "delete" not in resource["methods"]:
            return
        fresh = self.body_for(resource, short_form=set(rows[0]["sent"]) < set(resource["schema"]["properties"]))
        answer = self.step(resource, "create a parent", "POST", resource["create"], fresh)
        given = row_in(answer["json"])
        parent = {"sent": fresh, "row": given, "id": identity(given, resource)}
        if not 200 <= answer["status"] < 300 or parent["id"] is None:
            return
        rows.insert(0, parent)
        self.step(child, "create a child", "POST", child["create"], self.body_for(child))
        self.step(resource, "delete with a child", "DELETE", resource["item"], row=parent)
        rows.pop(0)

    def delete(self, resource: dict) -> None:
        row = self.made[resource["name"]][0]
        if "delete" not in resource["methods"] or row["id"] is None:
            return
        before = self.read(resource, "read before deleting")
        answer = self.step(resource, "delete", "DELETE", resource["item"], row=row)
        if not 200 <= answer["status"] < 300 or before is None:
            return
        after = self.step(resource, "read after deleting", "GET", resource["item"], row=row)
        if after["status"] == 200 and row_in(after["json"]) == before:
            self.blame(f"DELETE answered {answer['status']}, and the row is still there, unchanged")

    def blame(self, problem: str) -> None:
        self.steps[-1]["problem"] = problem
