"""Options of a method: ``--set key=value`` or a YAML file into its own ``Config``."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from motionbench.errors import UnknownNameError, UsageError
from motionbench.methods.fields import MISSING, fields_of, read_fields, type_text


@dataclass(frozen=True)
class Option:
    """One option, as a list or a help page shows it.

    Attributes:
        name: Its key.
        type: As a person writes it.
        required: Whether it must be given.
        default: As text; empty if required.
        help: What it means; empty if the plugin's author did not say.
    """

    name: str
    type: str
    required: bool
    default: str
    help: str


def options_of(config_class: type) -> tuple[Option, ...]:
    """The options of a method's ``Config``, in its order."""
    return tuple(
        Option(
            name=field.name,
            type=type_text(field.annotation),
            required=field.required,
            default="" if field.default is MISSING else str(field.default),
            help=field.help,
        )
        for field in fields_of(config_class).values()
    )


def parse_settings(settings: Iterable[str]) -> dict[str, str]:
    """``["steps=20", "name=a=b"]`` to ``{"steps": "20", "name": "a=b"}``.

    Raises:
        UsageError: No ``=``, no key, or a key given twice.
    """
    parsed: dict[str, str] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"--set {setting!r} is not of the form key=value.")
        if key.strip() in parsed:
            raise UsageError(f"--set gives {key.strip()!r} twice; give each option once.")
        parsed[key.strip()] = value
    return parsed


def read_options(path: Path) -> dict[str, object]:
    """The options in a YAML file: one mapping from option to value.

    Raises:
        UsageError: The file is missing, is not YAML, or holds something else.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"Options file {path} cannot be read: {_one_line(error)}.") from error
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise UsageError(f"Options file {path} must hold a mapping of option names to values.")
    return content


def build_config(config_class: type, values: Mapping[str, object], *, kind: str = "option") -> Any:
    """An instance of ``config_class`` with these values and its own defaults for the rest.

    Args:
        config_class: Frozen dataclass or pydantic model.
        values: Text (from ``--set``) or typed values (from YAML), by option.
        kind: What a key is called in messages, such as ``"option of copy"``.

    Raises:
        UnknownNameError: A key is no option; the message suggests the nearest.
        UsageError: Wrong or missing values, all of them in one message.
    """
    known = fields_of(config_class)
    for key in values:
        if key not in known:
            raise UnknownNameError(kind, key, known)
    read, problems = read_fields(config_class, values, kind=kind)
    if problems:
        raise UsageError(" ".join(problems))
    try:
        config = config_class(**read)
    except ValidationError as error:
        reasons = "; ".join(item["msg"] for item in error.errors())
        raise UsageError(f"The values of {kind}s do not fit together: {reasons}.") from error
    except ValueError as error:
        reason = _one_line(error).rstrip(".")
        raise UsageError(f"The values of {kind}s do not fit together: {reason}.") from error
    resolved_options(config)  # Fails here, not when the run is recorded.
    return config


def resolved_options(config: Any) -> dict[str, Any]:
    """All options with their values, defaults included, as JSON can hold them.

    Raises:
        UsageError: A value is NaN or infinite, or has no JSON form.
    """
    # ValueError covers pydantic's own serialisation error and NaN.
    try:
        resolved = TypeAdapter(type(config)).dump_python(config, mode="json")
        json.dumps(resolved, allow_nan=False)
    except ValueError as error:
        raise UsageError(
            f"An option cannot be recorded as JSON: {_one_line(error)}. Values: {config!r}."
        ) from error
    return dict(resolved)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
