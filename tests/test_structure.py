"""The house rules that code review would otherwise have to remember: imports point one way, Gradio stays in the UI."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {
    "retrieval": {"retrieval"},
    "ranking": {"ranking", "retrieval"},
    "copilot": {"copilot", "ranking", "retrieval", "prompts", "app"},
}
OWN = {"app", "copilot", "ranking", "retrieval", "prompts"}


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_imports_point_one_way(package):
    for path in (ROOT / package).rglob("*.py"):
        forbidden = (imports_of(path) & OWN) - MAY_IMPORT[package]
        assert not forbidden, f"{path.relative_to(ROOT)} imports {forbidden}"


def test_only_the_screen_imports_gradio():
    screen = ROOT / "copilot" / "ui"
    for package in MAY_IMPORT:
        for path in (ROOT / package).rglob("*.py"):
            if screen not in path.parents:
                assert "gradio" not in imports_of(path), path.relative_to(ROOT)


def test_only_the_entry_points_read_settings():
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "copilot").rglob("*.py")
        if "copilot.settings" in path.read_text("utf-8")
    }
    assert readers <= {"copilot/cli.py", "copilot/start.py", "copilot/doctor.py"}


def test_no_code_package_beside_the_agreed_ones():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages <= OWN


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_each_package_says_what_it_does(package):
    docstring = ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text("utf-8")))
    assert docstring
    assert len(docstring.splitlines()) >= 3
