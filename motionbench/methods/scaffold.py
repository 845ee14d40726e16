"""Start a plugin package: a method that works, to be replaced by a real one."""

from importlib.resources import files
from pathlib import Path
from string import Template

import motionbench
from motionbench.errors import UsageError
from motionbench.methods.declarations import name_problem
from motionbench.methods.registry import list_methods


def new_method(name: str, folder: Path) -> tuple[Path, ...]:
    """Write an installable plugin package.

    Args:
        name: Of the method, as it will be typed after ``--method``.
        folder: Where the package goes; must not exist.

    Returns:
        The files written.

    Raises:
        UsageError: The name is not allowed or already installed, or the folder exists.
    """
    problem = name_problem(name)
    if problem is not None:
        raise UsageError(f"{problem[0].upper()}{problem[1:]}.")
    taken = next((entry for entry in list_methods() if entry.name == name), None)
    if taken is not None:
        raise UsageError(
            f"{taken.distribution} already brings a method named {name!r}; choose another name."
        )
    if folder.exists():
        raise UsageError(
            f"{folder} exists; name a folder that does not, so nothing is overwritten."
        )
    module = f"motionbench_{name.replace('-', '_')}"
    values = {
        "name": name,
        "distribution": f"motionbench-{name}",
        "module": module,
        "class_name": _class_name(name),
        "motionbench_version": motionbench.__version__,
    }
    templates = files("motionbench.methods") / "template"
    written = []
    for template, target in _targets(module).items():
        path = folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (templates / template).read_text("utf-8")
        path.write_text(Template(text).substitute(values), encoding="utf-8")
        written.append(path)
    return tuple(written)


def _targets(module: str) -> dict[str, str]:
    """Where each template goes."""
    return {
        "pyproject.toml.template": "pyproject.toml",
        "README.md.template": "README.md",
        "init.py.template": f"{module}/__init__.py",
        "method.py.template": f"{module}/method.py",
        "test_method.py.template": "tests/test_method.py",
    }


def _class_name(name: str) -> str:
    """``my-method_2`` to ``MyMethod2``; a leading digit gets a word before it."""
    words = name.replace("-", "_").split("_")
    joined = "".join(word.capitalize() for word in words)
    return joined if joined[0].isalpha() else f"Method{joined}"
