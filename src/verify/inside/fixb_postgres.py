"""A PostgreSQL of our own that knows just the roles and databases which the backend's addresses name."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time

import fixb_run

OWNER = "fix_backend_owner"
# psycopg 3 cannot read names from a cluster in SQL_ASCII, which is what initdb makes under LC_ALL=C.
LOCALES = [["--locale=C.UTF-8"], ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]]


class Postgres:
    """One server. `job` is the `postgres` part of the job that the program outside wrote."""

    def __init__(self, job: dict):
        self.job = job
        self.data = os.path.join(job["folder"], "data")
        self.log = os.path.join(job["folder"], "postgres.log")
        self.server: subprocess.Popen | None = None

    def start(self) -> str | None:
        """Make the cluster and start it. Returns what went wrong, or None."""
        self._own(self.job["folder"])
        problem = self._initialise() or self._create()
        if problem:
            return problem
        with open(self.log, "ab") as log:
            self.server = fixb_run.start(self._command(), "/", self._env(), log, **self._user())
        return self._wait()

    def stop(self) -> None:
        if self.server and self.server.poll() is None:
            fixb_run.stop(self.server, 10)

    def version(self) -> str:
        return self._run([self._binary("postgres"), "--version"]).stdout.strip()

    def _binary(self, name: str) -> str:
        return os.path.join(self.job["bin"], name)

    def _env(self) -> dict[str, str]:
        env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": self.job["folder"], "TZ": "UTC"}
        return {**env, "LD_LIBRARY_PATH": self.job["libraries"]} if self.job["libraries"] else env

    def _user(self) -> dict:
        """PostgreSQL refuses to run as root."""
        uid = self.job.get("uid")
        return {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}

    def _own(self, folder: str) -> None:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if self.job.get("uid") is not None:
            shutil.chown(folder, self.job["uid"], self.job["uid"])

    def _run(self, command: list[str], given: str = "") -> subprocess.CompletedProcess:
        return subprocess.run(
            command, input=given, cwd="/", env=self._env(), capture_output=True, text=True, timeout=60, **self._user()
        )

    def _initialise(self) -> str | None:
        said = ""
        for locale in LOCALES:
            command = [self._binary("initdb"), "-D", self.data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-sync"]
            done = self._run(command + locale)
            if done.returncode == 0:
                return None
            said = said or _last_line(done.stderr)
        return f"initdb: {said}"

    def _create(self) -> str | None:
        """Roles and databases, through single-user mode: the binaries that we ship have no psql."""
        statements = [f"CREATE ROLE {_quoted(role)} SUPERUSER LOGIN" for role in self.job["roles"]]
        for database in self.job["databases"]:
            statements.append(f"CREATE DATABASE {_quoted(database['name'])} OWNER {_quoted(database['owner'] or OWNER)}")
        done = self._run(
            [self._binary("postgres"), "--single", "-F", "-j", "-D", self.data, "postgres"],
            "".join(statement + ";\n\n" for statement in statements),
        )
        failed = [line for line in done.stderr.splitlines() if "ERROR:" in line or "FATAL:" in line]
        return f"creating the database: {failed[0]}" if failed else None

    def _command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": ",".join(self.job["sockets"]),
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": "100",
            "ssl": "on" if self._certificate() else "off",
        }
        words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return [self._binary("postgres"), "-D", self.data, "-p", str(self.job["port"]), *words]

    def _certificate(self) -> bool:
        """Many backends insist on TLS, as hosted databases offer it: one more self-signed certificate, where openssl is."""
        if shutil.which("openssl") is None:
            return False
        files = ["-keyout", os.path.join(self.data, "server.key"), "-out", os.path.join(self.data, "server.crt")]
        kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        return self._run(["openssl", "req", "-x509", *kind, "-days", "2", "-subj", "/CN=localhost", *files]).returncode == 0

    def _wait(self) -> str | None:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if self.server is None or self.server.poll() is not None:
                return f"it ended: {_last_line(fixb_run.tail(self.log))}"
            if "ready to accept connections" in fixb_run.tail(self.log) and self._answers():
                return None
            time.sleep(0.02)
        return "it did not answer within 30 s"

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.job["port"]), 1).close()
        except OSError:
            return False
        return True


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "nothing was said"
