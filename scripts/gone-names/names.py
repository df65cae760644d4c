"""Prints, as JSON, the names of each module of an installed package: null where the module cannot be imported.

    python names.py PACKAGE [EARLIER.json …]      the files are what it printed of earlier releases

A module may give names that `dir` does not tell (PEP 562), so that the names of earlier releases are asked for one by one.
"""

import importlib
import json
import pkgutil
import sys
import warnings


def main():
    package, *earlier = sys.argv[1:]
    warnings.simplefilter("ignore")
    asked = {}
    for path in earlier:
        with open(path) as file:
            for module, names in json.load(file).items():
                asked.setdefault(module, set()).update(names or [])
    found = {}
    look(package, asked, found)
    json.dump(found, sys.stdout, indent=0, sort_keys=True)


def look(name, asked, found):
    try:
        module = importlib.import_module(name)
    except BaseException:  # a driver that is not installed, or sys.exit()
        found[name] = None
        return
    paths = list(getattr(module, "__path__", []))
    parts = [part.name for part in pkgutil.iter_modules(paths)] if paths else []
    names = {each for each in dir(module) if not each.startswith("__")}
    names.update(each for each in asked.get(name, ()) if has(module, each))
    found[name] = sorted(names | set(parts))
    for part in parts:
        if part not in ("__main__", "testing", "test", "tests"):
            look(name + "." + part, asked, found)


def has(module, name):
    try:
        getattr(module, name)
    except BaseException:
        return False
    return True


main()
