"""Text and plain values into the fields of a dataclass or pydantic model, naming every problem.

Options of methods (``--set key=value``, YAML) and the tables of TOML files are read here, so both
refuse unknown keys and wrong values in the same words.
"""

import dataclasses
import inspect
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, PydanticUndefined, to_json

from motionbench.errors import UnknownNameError

MISSING = object()
"""Default of a field that has none."""


@dataclass(frozen=True)
class Field:
    """One field of a dataclass or pydantic model.

    Attributes:
        name: Its key.
        annotation: Its type, constraints included.
        default: Its default, or ``MISSING``.
        help: Pydantic's description, or the entry under ``Attributes:`` of the class.
    """

    name: str
    annotation: Any
    default: Any
    help: str

    @property
    def required(self) -> bool:
        """Whether there is no default."""
        return self.default is MISSING


def fields_of(cls: type) -> dict[str, Field]:
    """The fields that can be set, by name, in order.

    Raises:
        TypeError: ``cls`` is neither a dataclass nor a pydantic model.
    """
    helps = _attribute_docs(cls.__doc__ or "")
    if issubclass(cls, BaseModel):
        return {
            name: Field(
                name,
                Annotated[info.annotation, info],
                MISSING if info.is_required() else info.get_default(call_default_factory=True),
                info.description or helps.get(name, ""),
            )
            for name, info in cls.model_fields.items()
        }
    if not dataclasses.is_dataclass(cls):
        raise TypeError(f"{cls.__qualname__} is neither a dataclass nor a pydantic model.")
    hints = get_type_hints(cls, include_extras=True)
    return {
        field.name: Field(field.name, hints[field.name], _default(field), helps.get(field.name, ""))
        for field in dataclasses.fields(cls)
        if field.init
    }


def read_fields(
    cls: type, values: Mapping[str, object], *, kind: str
) -> tuple[dict[str, Any], list[str]]:
    """Convert values to the types of the fields they are meant for.

    Args:
        cls: Dataclass or pydantic model.
        values: By key. Text is converted (``"3"`` to 3, ``"[1, 2]"`` to a list); other values must
            already have the field's type, as they do in YAML and TOML.
        kind: What a key is called in messages, such as ``"option of copy"``.

    Returns:
        The converted values, and one sentence for each unknown key, wrong value and missing key.
    """
    fields = fields_of(cls)
    read: dict[str, Any] = {}
    problems: list[str] = []
    for key, value in values.items():
        if key not in fields:
            problems.append(str(UnknownNameError(kind, key, fields)))
            continue
        try:
            read[key] = _convert(fields[key].annotation, value)
        except (ValidationError, PydanticSerializationError) as error:
            problems.append(_refusal(fields[key], kind, value, error))
    problems += [
        f"The {kind} {name!r} is missing; it takes {type_text(field.annotation)}."
        for name, field in fields.items()
        if field.required and name not in values
    ]
    return read, problems


def type_text(annotation: Any) -> str:
    """A type as a person writes it: ``int``, ``list[int]``, ``'fast' or 'slow'``."""
    if get_origin(annotation) is Annotated:
        return type_text(get_args(annotation)[0])
    if get_origin(annotation) is Literal:
        return " or ".join(repr(value) for value in get_args(annotation))
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation.__name__
    return re.sub(r"\b(?:typing|pathlib)\.", "", str(annotation))


def _convert(annotation: Any, value: object) -> Any:
    """One value to one type; the first reading that the type accepts wins."""
    if not isinstance(value, str):
        return _strictly(annotation, value)
    # Text that looks like YAML is read as YAML first; other text, such as "on", by the type.
    if value.lstrip()[:1] in ("[", "{") or value in ("null", "~"):
        readings = (_from_yaml, _from_text)
    else:
        readings = (_from_text, _from_yaml)
    try:
        return readings[0](annotation, value)
    except ValidationError as error:
        refusal = error
    try:
        return readings[1](annotation, value)
    except ValidationError:
        raise refusal from None


def _strictly(annotation: Any, value: object) -> Any:
    # Strict, so that YAML's `yes` is not the number 1; as JSON, so that a list can be a tuple.
    return TypeAdapter(annotation).validate_json(to_json(value), strict=True)


def _from_text(annotation: Any, text: str) -> Any:
    return TypeAdapter(annotation).validate_python(text)


def _from_yaml(annotation: Any, text: str) -> Any:
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):  # ValueError: a date such as 2024-99-99
        value = text
    # YAML's words for true and false are not meant where the type did not take them as text.
    return _strictly(annotation, text if isinstance(value, bool) else value)


def _refusal(field: Field, kind: str, value: object, error: Exception) -> str:
    """One sentence: key, value, what is wrong, what is allowed."""
    reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
    default = "" if field.required else f" (default {field.default!r})"
    takes = f"it takes {type_text(field.annotation)}{default}"
    return f"The {kind} {field.name!r} cannot be {value!r}: {reason}; {takes}."


def _default(field: "dataclasses.Field[Any]") -> Any:
    """A dataclass field's default, factories called."""
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    if field.default in (dataclasses.MISSING, PydanticUndefined):
        return MISSING
    return field.default


def _attribute_docs(docstring: str) -> dict[str, str]:
    """The entries under ``Attributes:`` of a Google style docstring, each joined to one line."""
    section = r"^Attributes:[ ]*\n((?:[ ]+\S.*\n?|[ ]*\n)+)"
    match = re.search(section, inspect.cleandoc(docstring), re.MULTILINE)
    if match is None:
        return {}
    docs: dict[str, str] = {}
    name = ""
    for line in textwrap.dedent(match.group(1)).splitlines():
        entry = re.match(r"(\w+)(?: \(.*?\))?:\s*(.*)", line)
        if entry:
            name = entry.group(1)
            docs[name] = entry.group(2)
        elif name and line.startswith(" "):
            docs[name] = f"{docs[name]} {line.strip()}".strip()
    return docs
