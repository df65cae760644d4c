"""What the Python files of a folder say, read by Python itself: an answer that owes nothing to the tool.

    sources.py FOLDER    (JSON on standard output)
"""

import ast
import json
import pathlib
import sys


def facts(path: pathlib.Path) -> dict:
    tree = ast.parse(path.read_text("utf-8"), str(path))
    imports, calls, assigned = [], [], {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            imports += [{"module": module, "name": alias.name, "line": node.lineno} for alias in node.names]
        elif isinstance(node, ast.Call):
            keywords = {word.arg: ast.unparse(word.value) for word in node.keywords if word.arg}
            calls.append({"name": ast.unparse(node.func), "keywords": keywords, "line": node.lineno})
        elif isinstance(node, ast.AnnAssign) and node.value and isinstance(node.target, ast.Name):
            assigned[node.target.id] = ast.unparse(node.value)
    return {"imports": imports, "calls": calls, "assigned": assigned}


root = pathlib.Path(sys.argv[1])
files = [path for path in root.rglob("*.py") if ".fix-backend" not in path.parts]
json.dump({path.relative_to(root).as_posix(): facts(path) for path in sorted(files)}, sys.stdout)
