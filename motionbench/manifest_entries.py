"""The entries of a manifest as they stand in the file, and what can be wrong with them."""

from collections.abc import Hashable, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Final, TypeVar, get_args

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationError,
    model_validator,
)

from motionbench.cases import Category, PromptKind

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,99}$")]
Line = Annotated[str, StringConstraints(pattern=r"^\S(.*\S)?$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]

_HINTS: Final = {
    Id: "lower case letters, digits, '-' and '_', beginning with a letter or digit",
    Line: "one line of text, not empty, without spaces around it",
    Sha256: "64 hexadecimal digits in lower case",
}
_PATTERNS: Final = {get_args(kind)[1].pattern: hint for kind, hint in _HINTS.items()}


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_AnyEntry = TypeVar("_AnyEntry", bound=_Entry)


class PromptEntry(_Entry):
    """A prompt; its text is empty only where nobody knows it (kind ``free``)."""

    id: Id
    kind: PromptKind
    text: str

    @model_validator(mode="after")
    def _check_text(self) -> "PromptEntry":
        if not self.text.strip() and self.kind != "free":
            raise ValueError(
                f"text: is empty; only a prompt of kind 'free' may be, not {self.kind!r}"
            )
        return self


class SceneEntry(_Entry):
    """A reference that is rendered."""

    scene: str
    seed: Annotated[int, Field(ge=0)]
    frames: Count
    height: Count
    width: Count
    fps: Rate


class FileEntry(_Entry):
    """A reference that is a file, or a folder of frames, below the root."""

    path: str
    start: Annotated[int, Field(ge=0)] = 0
    stop: Count | None = None
    step: Count = 1

    @model_validator(mode="after")
    def _check_range(self) -> "FileEntry":
        if self.stop is not None and self.stop <= self.start:
            raise ValueError(f"stop: {self.stop} must be greater than start, {self.start}")
        return self


def _source_kind(value: Any) -> str:
    return "scene" if isinstance(value, Mapping) and "scene" in value else "file"


class CaseEntry(_Entry):
    """A case."""

    id: Id
    category: Category | None = None
    caption: str = ""
    prompts: Annotated[list[PromptEntry], Field(min_length=1)]
    source: Annotated[
        Annotated[SceneEntry, Tag("scene")] | Annotated[FileEntry, Tag("file")],
        Discriminator(_source_kind),
    ]
    sha256: Sha256 | None = None
    tags: list[Line] = []

    @model_validator(mode="after")
    def _check_prompt_ids(self) -> "CaseEntry":
        ids = [prompt.id for prompt in self.prompts]
        if repeated := sorted({each for each in ids if ids.count(each) > 1}):
            raise ValueError(f"prompts: more than one has the id {', '.join(map(repr, repeated))}")
        return self


class SuiteEntry(_Entry):
    """A manifest; its cases are checked one by one, so that one does not hide the next."""

    name: Line
    version: Line
    description: str = ""
    root: str = "."
    cases: Annotated[list[Any], Field(min_length=1)]


_ENTRIES: Final[Mapping[str, type[_Entry]]] = {
    "prompts": PromptEntry,
    "scene": SceneEntry,
    "file": FileEntry,
}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe, fast where libyaml is there, and strict about keys given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for index, key in enumerate(keys):
            if key in keys[:index]:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key!r} is given twice",
                    problem_mark=node.value[index][0].start_mark,
                )
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def read_yaml(text: str) -> Any:
    """Plain values from YAML.

    Raises:
        yaml.YAMLError: It is not YAML, or gives a key twice.
    """
    return yaml.load(text, Loader=_Loader)


def read_entries(raw: Any) -> tuple[SuiteEntry | None, list[CaseEntry], list[str]]:
    """The entries that are well formed, and the problems of those that are not.

    Args:
        raw: What stands in the file.

    Returns:
        The suite (None if its own fields are wrong), its well-formed cases, and one sentence per
        problem, naming entry, field and value.
    """
    suite, problems = _validate(raw, SuiteEntry)
    cases = suite.cases if suite else _listed_cases(raw)
    entries = []
    for index, case in enumerate(cases):
        entry, complaints = _validate(case, CaseEntry)
        problems += [f"{_name(index, case)}: {complaint}" for complaint in complaints]
        if entry:
            entries.append(entry)
    return suite, entries, problems + _repeated_ids(cases)


def _validate(raw: Any, kind: type[_AnyEntry]) -> tuple[_AnyEntry | None, list[str]]:
    try:
        return kind.model_validate(raw), []
    except ValidationError as error:
        return None, [_problem(dict(each), kind) for each in error.errors(include_url=False)]


def _listed_cases(raw: Any) -> list[Any]:
    cases = raw.get("cases") if isinstance(raw, Mapping) else None
    return cases if isinstance(cases, list) else []


def _name(index: int, case: Any) -> str:
    known = isinstance(case, Mapping) and isinstance(case.get("id"), str)
    return f"case {case['id']!r}" if known else f"case number {index + 1}"


def _repeated_ids(cases: Sequence[Any]) -> list[str]:
    places: dict[str, list[int]] = {}
    for index, case in enumerate(cases):
        if isinstance(case, Mapping) and isinstance(case.get("id"), str):
            places.setdefault(case["id"], []).append(index + 1)
    return [
        f"case {name!r}: cases number {' and '.join(map(str, numbers))} have this id; "
        "ids must be unique"
        for name, numbers in places.items()
        if len(numbers) > 1
    ]


def _problem(detail: dict[str, Any], entry: type[_Entry]) -> str:
    """One problem in words: ``prompts[1].kind: 'sbject' ... Did you mean 'subject'?``."""
    place = [part for part in detail["loc"] if part not in ("scene", "file")]
    if detail["loc"][-1:] in (("scene",), ("file",)) and detail["type"] == "missing":
        place.append(detail["loc"][-1])
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return f"{field.removeprefix('.')}: {_complaint(detail, entry)}".removeprefix(": ")


def _complaint(detail: dict[str, Any], entry: type[_Entry]) -> str:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_field(detail["loc"], entry)
    if kind == "literal_error":
        allowed = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return f"{value!r} is not allowed.{_nearest(value, allowed)} Allowed: {', '.join(allowed)}"
    complaints = {
        "missing": "is missing",
        "value_error": str(context.get("error")),
        "string_pattern_mismatch": f"{value!r} is not {_PATTERNS.get(context.get('pattern'))}",
        "string_type": f"{value!r} is not text; put it in quotes",
        "model_type": f"{value!r} is not a set of fields",
        "too_short": "is empty",
    }
    message = detail["msg"]
    return complaints.get(kind, f"{value!r}: {message[0].lower()}{message[1:]}")


def _unknown_field(place: Sequence[str | int], entry: type[_Entry]) -> str:
    parents = [part for part in place[:-1] if part in _ENTRIES]
    known = list((_ENTRIES[str(parents[-1])] if parents else entry).model_fields)
    return f"is not a known field.{_nearest(place[-1], known)} Known: {', '.join(known)}"


def _nearest(value: Any, known: Sequence[str]) -> str:
    near = get_close_matches(str(value), known, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
