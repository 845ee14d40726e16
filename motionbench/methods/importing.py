"""Import a method's class, and tell a broken plugin's fault from everyone else's."""

import importlib
import importlib.util
import inspect
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from motionbench.errors import MethodError, UnknownNameError
from motionbench.methods.base import Method
from motionbench.methods.declarations import card_problems, spec_problems


@dataclass(frozen=True)
class ClassSource:
    """A class to import.

    Attributes:
        label: What messages call it.
        module: Name of a module, or path of a file.
        attribute: Name of the class, dotted if nested.
        card_name: The name that its card must have, where it was announced under one.
    """

    label: str
    module: str
    attribute: str
    card_name: str | None = None


def load_class(source: ClassSource) -> type[Method]:
    """Import a class and see that it is a complete method."""
    try:
        module = _import(source.module)
    # A plugin may fail in any way while it is imported; it must not take others with it.
    except (Exception, SystemExit) as error:
        raise MethodError(
            f"{source.label} cannot be imported ({source.module}): {summary_of(error)}"
        ) from error
    found: Any = module
    for part in source.attribute.split("."):
        found = getattr(found, part, None)
    if found is None:
        raise UnknownNameError(f"class of {source.module}", source.attribute, _methods_in(module))
    problem = _class_problem(found, source.card_name)
    if problem is not None:
        raise MethodError(f"{source.label} cannot be used: {problem}.")
    return found  # type: ignore[no-any-return]  # _class_problem made sure.


def _class_problem(found: Any, card_name: str | None) -> str | None:
    """Why this object is no complete method, or None."""
    if not isinstance(found, type) or not issubclass(found, Method):
        what = "a class that does not inherit" if isinstance(found, type) else f"{found!r}, not"
        return f"it is {what} motionbench.methods.base.Method"
    if inspect.isabstract(found):
        missing = " and ".join(sorted(found.__abstractmethods__))
        return f"it does not define {missing}"
    problems = card_problems(getattr(found, "card", None)) + spec_problems(found.video_spec)
    if problems:
        return "; ".join(problems)
    if card_name is not None and found.card.name != card_name:
        return f"its card is named {found.card.name!r}, which must equal the entry point's name"
    return None


def summary_of(error: BaseException) -> str:
    """The error and where it came from, without the frames of the import machinery and of ours."""
    ours = Path(__file__).parent
    places = [
        f"{frame.filename}:{frame.lineno} in {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith("<frozen")
        and frame.filename != importlib.__file__
        and Path(frame.filename).parent != ours
    ]
    message = " ".join(str(error).split()) or "no message"
    where = f" (at {' > '.join(places[-3:])})" if places else ""
    return f"{type(error).__name__}: {message.rstrip('.')}{where}."


def _import(module: str) -> ModuleType:
    if not module.endswith(".py"):
        return importlib.import_module(module)
    path = Path(module).resolve()
    # Files next to it can be imported, as if it were run as a script; last, so it shadows nothing.
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    name = f"motionbench_file_method_{path.stem}"
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None, "a path that ends in .py always has a loader"
    assert specification.loader is not None
    loaded = importlib.util.module_from_spec(specification)
    # Dataclasses and pickle look the module up by name.
    sys.modules[name] = loaded
    try:
        specification.loader.exec_module(loaded)
    except BaseException:
        del sys.modules[name]
        raise
    return loaded


def _methods_in(module: ModuleType) -> list[str]:
    """Names of the methods that a module defines."""
    return [
        name
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Method) and value is not Method
    ]
