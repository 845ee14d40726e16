"""Options: text and YAML into a method's own Config."""

import json
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from motionbench.errors import UnknownNameError, UsageError
from motionbench.methods.base import NoOptions
from motionbench.methods.fields import type_text
from motionbench.methods.options import (
    build_config,
    options_of,
    parse_settings,
    read_options,
    resolved_options,
)


class Mode(Enum):
    FAST = "fast"
    FINE = "fine"


@dataclass(frozen=True)
class Config:
    """Everything an option can be.

    Attributes:
        steps: How many steps,
            counted from one.
        rate (float): Learning rate.
        tune: Whether to tune.
        layers: Which layers.
        label: Free text.
        size: (height, width).
        solver: Which solver.
        order: Of the solver.
        mode: How.
        weights: A file.
        scale: A factor, or none.

    Example:
        >>> Config(steps=3).steps
        3
    """

    steps: Annotated[int, Field(gt=0)] = 20
    rate: float = 1e-4
    tune: bool = True
    layers: list[int] = field(default_factory=lambda: [1, 2])
    label: str = ""
    size: tuple[int, int] | None = None
    solver: Literal["euler", "heun"] = "euler"
    order: Literal[1, 2] = 1
    mode: Mode = Mode.FAST
    weights: Path = Path("weights.safetensors")
    scale: float | None = 1.0


class Model(BaseModel):
    """A pydantic model does as well."""

    model_config = ConfigDict(frozen=True)

    steps: int = Field(5, ge=1, description="How many steps.")
    name: str


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("steps", "7", 7),
        ("rate", "1e-3", 1e-3),
        ("rate", "3", 3.0),
        ("tune", "false", False),
        ("tune", "no", False),
        ("tune", "1", True),
        ("layers", "[3, 4]", [3, 4]),
        ("label", "a=b, c", "a=b, c"),
        ("label", "12", "12"),
        ("label", "null", "null"),
        ("label", "[x", "[x"),
        ("label", "", ""),
        ("size", "[48, 64]", (48, 64)),
        ("size", "null", None),
        ("scale", "~", None),
        ("solver", "heun", "heun"),
        ("order", "2", 2),
        ("mode", "fine", Mode.FINE),
        ("weights", "a/b", Path("a/b")),
    ],
)
def test_text_is_converted_to_the_type_of_the_option(key: str, text: str, value: object) -> None:
    assert getattr(build_config(Config, {key: text}), key) == value


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("steps", "0", ["'steps'", "'0'", "greater than 0", "int (default 20)"]),
        ("steps", "2.5", ["'steps'", "'2.5'", "integer"]),
        ("steps", "yes", ["'steps'", "'yes'", "integer"]),
        ("steps", True, ["'steps'", "True", "integer"]),
        ("steps", "", ["'steps'", "''"]),
        ("rate", "fast", ["'rate'", "'fast'", "number"]),
        ("tune", "maybe", ["'tune'", "'maybe'", "bool"]),
        ("layers", "1,2", ["'layers'", "'1,2'", "list[int]"]),
        ("layers", "[1, x]", ["'layers'", "list[int]"]),
        ("size", [1, 2, 3], ["'size'", "[1, 2, 3]"]),
        ("solver", "rk4", ["'solver'", "'rk4'", "'euler' or 'heun'"]),
        ("label", {"a": 1}, ["'label'", "string"]),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    key: str, value: object, words: list[str]
) -> None:
    with pytest.raises(UsageError) as caught:
        build_config(Config, {key: value}, kind="option of toy")
    assert all(word in str(caught.value) for word in ["option of toy", *words]), caught.value


def test_all_wrong_values_are_told_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        build_config(Config, {"steps": "x", "rate": "y"})
    assert "'steps'" in str(caught.value)
    assert "'rate'" in str(caught.value)


def test_an_unknown_option_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'steps'"):
        build_config(Config, {"stepps": "1"}, kind="option of toy")
    with pytest.raises(UnknownNameError, match="Known: none"):
        build_config(NoOptions, {"steps": "1"})


def test_a_pydantic_model_is_read_alike() -> None:
    assert build_config(Model, {"steps": "3", "name": "a"}) == Model(steps=3, name="a")
    with pytest.raises(UsageError, match=r"'name' is missing; it takes str"):
        build_config(Model, {"steps": "3"})
    with pytest.raises(UsageError, match=r"'steps' cannot be '0'.*greater than or equal to 1"):
        build_config(Model, {"steps": "0", "name": "a"})
    with pytest.raises(UnknownNameError, match="'nam'"):
        build_config(Model, {"nam": "a"})


def test_what_does_not_fit_together_is_said_by_the_config_itself() -> None:
    @dataclass(frozen=True)
    class Range:
        start: int = 0
        stop: int = 1

        def __post_init__(self) -> None:
            if self.start >= self.stop:
                raise ValueError(f"start {self.start} is not before stop {self.stop}")

    with pytest.raises(UsageError, match="start 5 is not before stop 1"):
        build_config(Range, {"start": "5"})
    assert build_config(Range, {"start": "5", "stop": "9"}) == Range(5, 9)


def test_resolved_options_are_json_and_make_the_same_config_again() -> None:
    config = build_config(Config, {"size": "[4, 6]", "mode": "fine"})
    resolved = resolved_options(config)
    assert json.loads(json.dumps(resolved, allow_nan=False)) == resolved
    assert resolved["size"] == [4, 6]
    assert resolved["steps"] == 20
    assert build_config(Config, resolved) == config
    assert resolved_options(NoOptions()) == {}


@pytest.mark.parametrize("value", ["nan", "inf", float("nan")])
def test_a_value_that_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(UsageError, match="cannot be recorded as JSON"):
        build_config(Config, {"rate": value})


@settings(deadline=None)
@given(
    st.builds(
        Config,
        steps=st.integers(1, 10**9),
        rate=st.floats(allow_nan=False, allow_infinity=False),
        tune=st.booleans(),
        layers=st.lists(st.integers()),
        label=st.text(),
        solver=st.sampled_from(["euler", "heun"]),
        scale=st.none() | st.floats(-1, 1),
    )
)
def test_the_text_of_every_value_gives_the_value_back(config: Config) -> None:
    resolved = resolved_options(config)
    texts = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in resolved.items()
    }
    assert build_config(Config, texts) == config


def test_options_are_listed_with_type_default_and_meaning() -> None:
    options = {option.name: option for option in options_of(Config)}
    assert options["steps"].help == "How many steps, counted from one."
    assert options["steps"].type == "int"
    assert options["steps"].default == "20"
    assert options["rate"].help == "Learning rate."
    assert options["solver"].type == "'euler' or 'heun'"
    assert options["scale"].help == "A factor, or none."
    assert list(options) == list(Config.__dataclass_fields__)
    model = {option.name: option for option in options_of(Model)}
    assert model["steps"].help == "How many steps."
    assert model["name"].required
    assert not model["steps"].required


def test_types_read_as_people_write_them() -> None:
    assert type_text(Path) == "Path"
    assert type_text(float | None) == "float | None"
    assert type_text(dict[str, Path]) == "dict[str, Path]"


def test_settings_are_split_at_the_first_equals_sign() -> None:
    assert parse_settings(["a=1", " b =x=y", "c="]) == {"a": "1", "b": "x=y", "c": ""}
    with pytest.raises(UsageError, match="'steps' is not of the form key=value"):
        parse_settings(["steps"])
    with pytest.raises(UsageError, match="'=3' is not of the form"):
        parse_settings(["=3"])
    with pytest.raises(UsageError, match="gives 'a' twice"):
        parse_settings(["a=1", "a=2"])


def test_options_come_from_yaml(write) -> None:
    path = write("options.yaml", "steps: 4\nlayers: [7]\nsize: null\n")
    assert build_config(Config, read_options(path)) == Config(steps=4, layers=[7])
    assert read_options(write("empty.yaml", "")) == {}


@pytest.mark.parametrize(
    ("content", "words"),
    [("- 1\n", "must hold a mapping"), ("a: [", "cannot be read"), ("1: 2\n", "mapping of option")],
)
def test_a_wrong_options_file_is_named(write, content: str, words: str) -> None:
    path = write("options.yaml", content)
    with pytest.raises(UsageError, match=words) as caught:
        read_options(path)
    assert str(path) in str(caught.value)


def test_a_missing_options_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.yaml cannot be read"):
        read_options(tmp_path / "nowhere.yaml")
