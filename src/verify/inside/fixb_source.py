"""What can be read from the source without running it: module names, scripts, the `__main__` block."""

from __future__ import annotations

import ast
import os
import re
import tokenize

# Called at the top of a module, these mean that importing it is running it.
RUNNERS = {"uvicorn.run", "asyncio.run", "anyio.run", "sys.exit", "exit", "quit", "main", "app.run", "typer.run"}
SCRIPTS = {"setup.py": "the package's build script", "manage.py": "a command line", "conftest.py": "a test"}
TESTS = re.compile(r"(^|/)(tests?|testing)/|(^|/)test_[^/]*\.py$|_test\.py$")


def parse(path: str) -> ast.Module | None:
    """The syntax tree of a file; None where it has none: its import says why."""
    try:
        with tokenize.open(path) as file:
            return ast.parse(file.read(), path)
    except (OSError, SyntaxError, ValueError):
        return None


def module_name(file: str, roots: list[str]) -> str | None:
    """The dotted name of a file (relative, like the roots) under the nearest root; None where it has none."""
    for root in sorted(roots, key=len, reverse=True):
        if root and not file.startswith(root + "/"):
            continue
        parts = file[len(root) + 1 if root else 0 : -len(".py")].split("/")
        parts = parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts
        return ".".join(parts) if all(part.isidentifier() for part in parts) else None
    return None


def why_left_out(file: str, tree: ast.Module | None) -> str | None:
    """Why importing a file is no test of it, or None."""
    name = os.path.basename(file)
    if TESTS.search(file) or name in SCRIPTS:
        return SCRIPTS.get(name, "a test")
    if name == "__main__.py":
        return "runs when imported"
    if tree is None:
        return None
    if _imports_context(tree):
        return "runs under alembic"
    return "runs when imported" if any(_runs(node) for node in tree.body) else None


def _imports_context(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "alembic"
        and any(alias.name == "context" for alias in node.names)
        for node in tree.body
    )


def _runs(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and dotted(node.value.func) in RUNNERS


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def main_block(tree: ast.Module | None) -> dict | None:
    """What `uvicorn.run` is given under `if __name__ == "__main__"`: its target (None for an object) and options."""
    for block in tree.body if tree else []:
        if not (isinstance(block, ast.If) and "__main__" in ast.dump(block.test)):
            continue
        for call in (node for node in ast.walk(block) if isinstance(node, ast.Call)):
            if dotted(call.func) in ("uvicorn.run", "run") and call.args:
                return _run_call(call, block.lineno)
        return {"line": block.lineno, "target": None, "options": {}, "calls": False}
    return None


def _run_call(call: ast.Call, line: int) -> dict:
    target = call.args[0]
    options = {word.arg: ast.unparse(word.value) for word in call.keywords if word.arg}
    constant = isinstance(target, ast.Constant) and isinstance(target.value, str)
    return {"line": line, "target": target.value if constant else None, "options": options, "calls": True}


def middleware(tree: ast.Module | None, name: str) -> list[int]:
    """The lines of `add_middleware(name, …)` and `Middleware(name, …)`."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args] if tree else []
    adding = [call for call in calls if dotted(call.func).rpartition(".")[2] in ("add_middleware", "Middleware")]
    return [call.lineno for call in adding if dotted(call.args[0]).rpartition(".")[2] == name]


def calls_of(tree: ast.Module | None, name: str) -> list[int]:
    """The lines that mention an attribute, e.g. `create_all` (also passed on, as to run_sync)."""
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == name] if tree else []
