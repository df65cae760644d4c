"""A pytest plugin that writes what became of each test, by its id, to the file that FIX_BACKEND_RESULTS names."""

from __future__ import annotations

import json
import os

WORST = {"passed": 0, "skipped": 1, "failed": 2}


class Results:
    def __init__(self, path: str):
        self.path = path
        self.tests: dict[str, dict] = {}

    def pytest_runtest_logreport(self, report):
        outcome = "skipped" if hasattr(report, "wasxfail") else report.outcome
        known = self.tests.setdefault(report.nodeid, {"outcome": "passed", "error": ""})
        if WORST[outcome] > WORST[known["outcome"]]:
            self.tests[report.nodeid] = {"outcome": outcome, "error": error_of(report) if outcome == "failed" else ""}

    def pytest_collectreport(self, report):
        if report.failed:
            self.tests[report.nodeid] = {"outcome": "failed", "error": error_of(report)}

    def pytest_sessionfinish(self):
        with open(self.path, "w") as file:
            json.dump(self.tests, file)


def error_of(report) -> str:
    """The error's own line and its place, as pytest's short summary says them."""
    crash = getattr(getattr(report, "longrepr", None), "reprcrash", None)
    if crash:
        return f"{crash.message.splitlines()[0] if crash.message else ''} ({os.path.relpath(str(crash.path))}:{crash.lineno})"
    lines = [line for line in report.longreprtext.splitlines() if line.strip()]
    marked = [line[1:].strip() for line in lines if line.startswith("E ")]
    return (marked or lines or ["it failed"])[-1][:400]


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Results(os.environ["FIX_BACKEND_RESULTS"]), "fix-backend-results")
