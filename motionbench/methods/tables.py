"""TOML files that describe a method: read, and every problem reported at once."""

import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

from motionbench.errors import UnknownNameError, UsageError
from motionbench.methods.fields import read_fields

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Table = TypeVar("Table")


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file.

    Raises:
        UsageError: It is missing, unreadable or not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error


def read_table(cls: type[Table], table: object, *, name: str, problems: list[str]) -> Table | None:
    """One table as an instance of a dataclass.

    Args:
        cls: Dataclass whose fields are the table's keys.
        table: What the file holds under ``name``.
        name: As written in the file, such as ``[card]``; empty for the file's top level.
        problems: What is wrong is appended here, one sentence each.

    Returns:
        None where something was wrong.
    """
    if not isinstance(table, Mapping):
        problems.append(f"{name} must be a table, not {table!r}.")
        return None
    read, found = read_fields(cls, table, kind=f"key of {name}" if name else "key")
    problems += found
    return None if found else cls(**read)


def unknown_tables(content: Mapping[str, Any], known: Collection[str]) -> list[str]:
    """One sentence for each top-level key of a file that is none of the known tables."""
    return [str(UnknownNameError("table", key, known)) for key in content if key not in known]
