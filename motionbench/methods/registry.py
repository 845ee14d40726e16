"""From what was typed after ``--method`` to a method that can run; five equal ways in.

========================== ======================================================================
``name``                   an entry point of group ``motionbench.methods``, of any installed package
``package.module:Class``   a class that can be imported
``path/to/file.py:Class``  a class in a file
``path/to/recipe.toml``    a command in another environment (``recipe``)
``path/to/folder``         finished videos with a mapping (``precomputed``)
========================== ======================================================================

Listing imports no plugin, so a broken one cannot break anything but itself.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from pydantic.errors import PydanticUserError

from motionbench.errors import MethodError, MotionBenchError, UnknownNameError, UsageError
from motionbench.methods.base import Method, MethodCard
from motionbench.methods.command import load_recipe
from motionbench.methods.declarations import name_problem
from motionbench.methods.importing import ClassSource, load_class, summary_of
from motionbench.methods.options import Option, build_config, options_of
from motionbench.methods.precomputed import Precomputed, is_precomputed

GROUP = "motionbench.methods"

HINT = (
    "A method can also be given as package.module:Class, path/to/file.py:Class, "
    "path/to/recipe.toml or a folder with mapping.csv; `motionbench list methods` shows what is "
    "installed."
)


@dataclass(frozen=True)
class MethodEntry:
    """An installed method, known from its package's metadata alone.

    Attributes:
        name: What to type.
        target: ``module:Class``.
        distribution: The package that brings it.
        version: Of that package.
        problem: Why it will be refused, or None.
    """

    name: str
    target: str
    distribution: str
    version: str
    problem: str | None = None


def list_methods() -> tuple[MethodEntry, ...]:
    """All installed methods, by name, without importing them."""
    points: dict[str, list[EntryPoint]] = defaultdict(list)
    for point in entry_points(group=GROUP):
        points[point.name].append(point)
    return tuple(_entry(point, rivals) for _, rivals in sorted(points.items()) for point in rivals)


def load_method(
    reference: str, *, options: Mapping[str, object] | None = None, device: str = "cpu"
) -> Method | Precomputed:
    """Load and construct a method.

    Args:
        reference: Any of the five ways in.
        options: Text (from ``--set``) or typed values (from YAML), by option.
        device: A torch device name.

    Raises:
        UnknownNameError: No such method, class or option; the nearest one is suggested.
        UsageError: A file is missing or wrong, an option has a wrong value, or two packages bring
            the same name.
        MethodError: The plugin cannot be imported or constructed, or is no method.
    """
    options = options or {}
    source = _locate(reference)
    if isinstance(source, Path):
        loaded = load_recipe(source, device=device) if source.is_file() else Precomputed(source)
        build_config(type(loaded.config), options, kind=f"option of {loaded.card.name}")
        return loaded
    return _construct(load_class(source), options, device, reference)


def load_card(reference: str) -> MethodCard:
    """Who a method is; imports it, but does not construct it.

    Raises:
        UnknownNameError, UsageError, MethodError: As for ``load_method``.
    """
    source = _locate(reference)
    if isinstance(source, Path):
        return load_recipe(source).card if source.is_file() else Precomputed(source).card
    return load_class(source).card


def load_options(reference: str) -> tuple[Option, ...]:
    """The options of a method; imports it, but does not construct it.

    Raises:
        UnknownNameError, UsageError, MethodError: As for ``load_method``.
    """
    source = _locate(reference)
    if isinstance(source, Path):
        loaded = load_recipe(source) if source.is_file() else Precomputed(source)
        return options_of(type(loaded.config))
    return options_of(load_class(source).Config)


def seeds_of(reference: str) -> tuple[int, ...] | None:
    """The seeds that a folder of finished videos holds; None for methods that make clips.

    Raises:
        UnknownNameError, UsageError: As for ``load_method``.
    """
    source = _locate(reference)
    return Precomputed(source).seeds if isinstance(source, Path) and source.is_dir() else None


def _locate(reference: str) -> Path | ClassSource:
    """Which way in was meant: a recipe or folder (a path), or a class."""
    if reference.endswith(".toml"):
        return _existing(Path(reference), "recipe", is_there=Path(reference).is_file())
    if ":" in reference:
        module, _, attribute = reference.rpartition(":")
        if not module or not all(part.isidentifier() for part in attribute.split(".")):
            raise UsageError(f"Method {reference!r} is not of the form module:Class. {HINT}")
        if module.endswith(".py"):
            _existing(Path(module), "file", is_there=Path(module).is_file())
        return ClassSource(f"Method {reference!r}", module, attribute)
    if reference.endswith(".py"):
        raise UsageError(f"Method {reference!r} does not say which class: {reference}:Class.")
    entries = [entry for entry in list_methods() if entry.name == reference]
    if entries:
        return _from_entry(entries[0])
    folder = Path(reference)
    if "/" in reference or is_precomputed(folder):
        return _existing(folder, "folder", is_there=folder.is_dir())
    raise UnknownNameError("method", reference, {e.name for e in list_methods()}, hint=HINT)


def _existing(path: Path, what: str, *, is_there: bool) -> Path:
    if not is_there:
        raise UsageError(f"Method {str(path)!r}: there is no {what} {path.resolve()}. {HINT}")
    return path


def _from_entry(entry: MethodEntry) -> ClassSource:
    if entry.problem is not None:
        raise UsageError(f"Method {entry.name!r} is refused: {entry.problem}")
    module, _, attribute = entry.target.partition(":")
    label = f"Method {entry.name!r} of {entry.distribution} {entry.version}"
    return ClassSource(label, module, attribute, entry.name)


def _entry(point: EntryPoint, rivals: list[EntryPoint]) -> MethodEntry:
    """An entry point as a row of the list, with what is wrong with it."""
    problem = None
    # "module:Class [extra]": the extra is a wish about what is installed.
    target = point.value.partition("[")[0].replace(" ", "")
    wrong_name = name_problem(point.name)
    if wrong_name is not None:
        problem = f"{wrong_name}. Rename the entry point."
    elif ":" not in target:
        problem = f"its target {point.value!r} is not of the form module:Class."
    elif len(rivals) > 1:
        who = " and ".join(f"{_distribution(rival)[0]} ({rival.value})" for rival in rivals)
        problem = (
            f"{len(rivals)} entry points have this name: {who}. Uninstall one, or name the "
            f"class as module:Class."
        )
    return MethodEntry(point.name, target, *_distribution(point), problem)


def _distribution(point: EntryPoint) -> tuple[str, str]:
    """(name, version) of the package that an entry point belongs to."""
    if point.dist is None:
        return "an unnamed package", "?"
    return point.dist.name, point.dist.version


def _construct(
    method: type[Method], options: Mapping[str, object], device: str, reference: str
) -> Method:
    name = method.card.name
    try:
        config = build_config(method.Config, options, kind=f"option of {name}")
        return method(config, device=device)
    except MotionBenchError:
        raise
    except (TypeError, PydanticUserError) as error:
        raise MethodError(
            f"Method {reference!r} cannot be constructed: {summary_of(error)} A method is "
            f"called as Class(config, device=...), and Config is a dataclass or pydantic model."
        ) from error
    # Loading a model can fail in any way; the command line must still say which method it was.
    except Exception as error:
        raise MethodError(f"Method {reference!r} cannot be loaded: {summary_of(error)}") from error
