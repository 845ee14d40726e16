"""YAML files for programs that take their settings from a file instead of from arguments.

A program that is published with a config file is run with that very file, of which a recipe
replaces what belongs to a job. So a recipe repeats none of the published settings, and a key that
the published file no longer has is found when the recipe is read.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from motionbench.errors import MethodError, UnknownNameError, UsageError
from motionbench.methods.templates import (
    CLIP_PLACEHOLDERS,
    REFERENCE_PLACEHOLDERS,
    fill,
    fill_tree,
    placeholders,
    template_problems,
    texts,
)


@dataclass(frozen=True)
class ConfigFile:
    """One of ``[[config_files]]``.

    Attributes:
        path: Where it is written, with placeholders; in ``{work_dir}`` or ``{output_dir}``.
        base: The published file, relative to the working directory.
        values: Its keys with their new values, tables in tables; texts have placeholders. A text
            that is one placeholder becomes a number where the placeholder stands for one.
    """

    path: str
    base: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def for_each_clip(self) -> bool:
        """Whether it is written before each ``[command]``, not once before ``[adapt]``."""
        used = set().union(*map(placeholders, (self.path, *texts(self.values))))
        return not used.isdisjoint(CLIP_PLACEHOLDERS)


def write_config(
    config: ConfigFile, values: Mapping[str, object], *, working_directory: Path
) -> Path:
    """Write one config file.

    Returns:
        Where it was written.

    Raises:
        MethodError: The published file cannot be read, or lacks a key.
    """
    try:
        content = _read_base(working_directory / config.base)
        merged = _replace(content, fill_tree(config.values, values), config.base)
    except UsageError as error:
        raise MethodError(str(error)) from error
    path = Path(fill(config.path, values))
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.dump(merged, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=sys.maxsize)
    path.write_text(text, encoding="utf-8")
    return path


def config_problems(config: ConfigFile, working_directory: Path) -> list[str]:
    """What is wrong with a config file of a recipe, one sentence each.

    Args:
        config: As the recipe has it.
        working_directory: Absolute; must exist.
    """
    where = f"[[config_files]] of {config.base}"
    known = (*REFERENCE_PLACEHOLDERS, *CLIP_PLACEHOLDERS)
    problems = [
        problem
        for text in (config.path, *texts(config.values))
        for problem in template_problems(where, text, known)
    ]
    if not config.path.startswith(("{work_dir}/", "{output_dir}/")):
        problems.append(
            f"The path of {where} is {config.path!r}; it must start with {{work_dir}}/ or "
            f"{{output_dir}}/."
        )
    elif not problems and config.path.startswith("{work_dir}/") and config.for_each_clip:
        problems.append(
            f"The {where} differs from clip to clip, so its path {config.path!r} must start with "
            f"{{output_dir}}/."
        )
    try:
        _replace(_read_base(working_directory / config.base), config.values, config.base)
    except UsageError as error:
        problems.append(str(error))
    return problems


class _Quoted(str):
    """A text that YAML may take for nothing else: 5e-4 is a number to some of its readers."""


class _Dumper(yaml.SafeDumper):
    """Writes ``_Quoted`` in double quotes."""


_Dumper.add_representer(
    _Quoted,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"'),
)


def _read_base(path: Path) -> dict[Any, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"The config file {path} cannot be read: {reason}.") from error
    if not isinstance(content, dict):
        raise UsageError(f"The config file {path} must hold a mapping of keys to values.")
    return content


def _replace(content: Mapping[Any, Any], values: Mapping[str, Any], where: str) -> dict[Any, Any]:
    """The content with values replaced, tables within tables."""
    merged = dict(content)
    for key, value in values.items():
        if key not in content:
            raise UnknownNameError(f"key of {where}", key, [str(name) for name in content])
        if isinstance(value, dict) and isinstance(content[key], dict):
            merged[key] = _replace(content[key], value, f"{where}, {key}")
        else:
            merged[key] = _quoted(value)
    return merged


def _quoted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _quoted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_quoted(item) for item in value]
    return _Quoted(value) if isinstance(value, str) else value
