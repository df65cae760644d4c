"""Writes which names the modules of database packages lost, and with which release: src/backend/gone-names.json.

    npm run gone-names -- FOLDER      environments and what was read of them stay in FOLDER (absolute)

Each release is installed with uv into an environment of its own, imported there and asked for its names.
Needs uv and Python 3.8, 3.10 and 3.12 on the path.
"""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
OUTPUT = os.path.join(HERE, "..", "..", "src", "backend", "gone-names.json")


def lines(versions, python, others):
    """Releases that are compared under the same conditions."""
    return [(version, python, others) for version in versions.split()]


# Package of PyPI -> its module, and the releases that are compared: the last one of a line, the Python for it, what else it needs.
# A name counts as gone since the line, "1.4": what is told is to stay below it, so that no line may be left out between two of them.
COMPARED = {
    "sqlalchemy": ("sqlalchemy", [
        *lines("0.9.10 1.0.19 1.1.18 1.2.19 1.3.24", "3.8", ["setuptools<60"]),
        ("1.4.54", "3.10", ["greenlet"]),
        *lines("2.0.58 2.1.9", "3.12", ["greenlet"]),
    ]),
    "alembic": ("alembic", [
        *lines("0.8.10 0.9.10 1.0.11 1.1.0 1.2.1 1.3.3 1.4.3", "3.8", ["sqlalchemy<1.4"]),
        *lines("1.5.8 1.6.5 1.7.7 1.8.1", "3.8", ["sqlalchemy<2"]),
        *lines("1.9.4 1.10.4 1.11.3 1.12.1 1.13.3 1.14.1 1.15.2 1.16.5 1.17.2 1.18.5 1.19.2 1.20.1", "3.12", []),
    ]),
    "flask-sqlalchemy": ("flask_sqlalchemy", [
        ("2.3.2", "3.8", ["flask<2", "werkzeug<1", "jinja2<3", "markupsafe<2", "itsdangerous<2", "sqlalchemy<1.4"]),
        ("2.5.1", "3.8", ["flask<2.2", "werkzeug<2.2", "sqlalchemy<1.4"]),
        ("3.0.5", "3.10", ["sqlalchemy<2.1"]),
        ("3.1.1", "3.12", ["sqlalchemy<2.1"]),
    ]),
    "pydantic": ("pydantic", [
        *lines("1.8.2 1.9.2", "3.8", []),
        ("1.10.26", "3.10", []),
        ("2.14.4", "3.12", []),
    ]),
    "sqlalchemy-utils": ("sqlalchemy_utils", [
        *lines("0.16.25 0.19.0 0.20.0 0.22.1 0.23.5 0.24.4 0.25.4 0.26.17", "3.8", ["sqlalchemy<1", "setuptools<60"]),
        *lines("0.27.11 0.28.3 0.29.9 0.30.17", "3.8", ["sqlalchemy<1.1", "setuptools<60"]),
        *lines("0.31.6 0.32.21 0.33.11 0.34.2 0.35.0 0.36.5", "3.8", ["sqlalchemy<1.4", "setuptools<60"]),
        *lines("0.37.9 0.38.3", "3.10", ["sqlalchemy<2"]),
        *lines("0.39.0 0.40.0 0.41.2 0.42.1", "3.12", ["sqlalchemy<2.1", "setuptools<60"]),
        ("0.43.0", "3.12", []),
    ]),
    "sqlmodel": ("sqlmodel", [
        *lines("0.0.4 0.0.8 0.0.11", "3.8", []),
        *lines("0.0.12 0.0.14 0.0.16 0.0.18 0.0.20", "3.10", []),
        *lines("0.0.22 0.0.31 0.0.50", "3.12", []),
    ]),
    "zope-sqlalchemy": ("zope.sqlalchemy", [
        ("0.7.7", "3.8", ["sqlalchemy<1.4", "setuptools<60"]),
        *lines("1.1 1.2 1.6", "3.8", ["sqlalchemy<1.4"]),
        ("2.0", "3.8", ["sqlalchemy<2"]),
        ("4.1", "3.12", []),
    ]),
}

# What only a build with a compiler has.
BUILT = {"cutils", "cimmutabledict", "cprocessors", "cresultproxy", "cyextension", "_has_cy"}


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    gone = {package: gone_of(package, module, releases, folder) for package, (module, releases) in COMPARED.items()}
    with open(OUTPUT, "w") as file:
        json.dump(gone, file, indent=2)
        file.write("\n")


def gone_of(package, module, releases, folder):
    paths = []
    for version, python, others in releases:
        path = os.path.join(folder, f"{package}-{version}.json")
        if not os.path.exists(path):
            read_names(path, folder, package, module, version, python, others, paths)
        paths.append(path)
    seen = []
    for path in paths:
        with open(path) as file:
            seen.append(json.load(file))
    gone = {}
    for name in sorted(set().union(*seen)):
        for each in sorted(set().union(*(one.get(name) or [] for one in seen)) - BUILT):
            since = gone_since([has(one, name, each) for one in seen])
            if since is not None:
                line = line_of(package, releases[since][0])
                gone.setdefault(line, {}).setdefault(name, []).append(each)
    return {line: {name: " ".join(names) for name, names in modules.items()} for line, modules in gone.items()}


def read_names(path, folder, package, module, version, python, others, earlier):
    place = os.path.join(folder, f"{package}-{version}")
    interpreter = os.path.join(place, "bin", "python")
    subprocess.run(["uv", "venv", "-q", "--clear", "--python", python, place], check=True)
    subprocess.run(
        ["uv", "pip", "install", "-q", "--python", interpreter, f"{package}=={version}", *others], check=True
    )
    printed = subprocess.run(
        [interpreter, os.path.join(HERE, "names.py"), module, *earlier], check=True, capture_output=True, cwd=folder
    )
    if json.loads(printed.stdout)[module] is None:
        raise SystemExit(f"{package} {version} cannot be imported; see {place}")
    with open(path, "wb") as file:
        file.write(printed.stdout)


def has(names, module, name):
    """None where the module could not be imported: that says nothing of its names."""
    return None if module in names and names[module] is None else name in names.get(module, ())


def gone_since(had):
    """The index of the first release without it, where no later one has it again; None where it is there, or nobody knows."""
    if had[-1] is not False:
        return None
    last = max(index for index, each in enumerate(had) if each is not False)
    return last + 1


def line_of(package, version):
    """`1.4` of 1.4.54. SQLModel numbers its releases in the third place; of pydantic the lines since 2.0 are one."""
    if package == "sqlmodel":
        return version
    return "2" if package == "pydantic" and version.startswith("2.") else ".".join(version.split(".")[:2])


main()
