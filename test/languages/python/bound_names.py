"""Prints, as JSON, the names that CPython says each function, class and module of the given files binds."""

import json
import symtable
import sys


def scopes(table):
    if table.get_type() in ("module", "function", "class"):
        bound = sorted(
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_local() and (symbol.is_assigned() or symbol.is_imported() or symbol.is_parameter() or symbol.is_annotated())
        )
        if not table.get_name().endswith("comp") and table.get_name() not in ("genexpr", "listcomp", "setcomp", "dictcomp"):
            yield {"kind": table.get_type(), "name": table.get_name(), "line": table.get_lineno(), "bound": bound}
    for child in table.get_children():
        yield from scopes(child)


result = {}
for path in sys.argv[1:]:
    with open(path, "rb") as handle:
        source = handle.read()
    try:
        result[path] = list(scopes(symtable.symtable(source.decode("utf-8"), path, "exec")))
    except (SyntaxError, UnicodeDecodeError, ValueError, RecursionError, MemoryError):
        continue
json.dump(result, sys.stdout)
