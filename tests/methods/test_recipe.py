"""Recipes: read, and refused with every problem named."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionbench.cases import VideoSpec
from motionbench.errors import UsageError
from motionbench.methods.recipe import read_recipe
from motionbench.methods.templates import fill

CARD = """
[card]
name = "toy"
version = "1"
summary = "A toy."
licence = "MIT"
"""

Write = Callable[[str, str], Path]


def test_a_recipe_is_read(write: Write, tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    path = write(
        "recipe.toml",
        f"""
        {CARD.replace(chr(10), chr(10) + "        ")}
        tunes_per_reference = true
        [command]
        argv = ["run", "{{reference}}", "--text={{prompt}}", "{{{{x}}}}", "{{output}}"]
        working_directory = "repository"
        timeout_seconds = 5
        [command.environment]
        DEVICE = "{{0}}"
        [adapt]
        argv = ["tune", "{{work_dir}}"]
        [video]
        max_frames = 49
        frame_step = 4
        frame_offset = 1
        size = [480, 832]
        """,
    )
    recipe = read_recipe(path)
    assert recipe.card.name == "toy"
    assert recipe.card.tunes_per_reference
    assert recipe.command.timeout_seconds == 5.0
    assert recipe.command.environment == {"DEVICE": "{0}"}
    assert recipe.working_directory == tmp_path / "repository"
    assert recipe.adapt is not None
    assert recipe.adapt.argv == ("tune", "{work_dir}")
    assert recipe.video == VideoSpec(49, frame_step=4, frame_offset=1, size=(480, 832))


def test_only_card_and_command_are_needed(write: Write, tmp_path: Path) -> None:
    recipe = read_recipe(write("r.toml", CARD + '[command]\nargv = ["run", "{output}"]\n'))
    assert recipe.adapt is None
    assert recipe.video == VideoSpec()
    assert recipe.working_directory == tmp_path


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ('argv = ["run"]', ["argv of [command] never mentions {output}"]),
        ("argv = []", ["argv of [command] is empty"]),
        ("timeout_seconds = 5", ["key of [command] 'argv' is missing"]),
        ('argv = "run {output}"', ["'argv' cannot be 'run {output}'", "tuple[str, ...]"]),
        ('argv = ["{output}", "{promt}"]', ["'promt'", "Did you mean 'prompt'?", "twice"]),
        ('argv = ["{output}", "{}"]', ["placeholder in the argv of [command] ''"]),
        ('argv = ["{output}", "{prompt"]', ["'{prompt' is no template"]),
        ('argv = ["{output}", "a}b"]', ["'a}b' is no template", "literal brace twice"]),
        ('argv = ["{output}", "{seed:04d}"]', ["'{seed:04d}' formats a placeholder"]),
        ('argv = ["{output}", "{seed!r}"]', ["formats a placeholder"]),
        ('argv = ["{output}", "{seed.real}"]', ["'seed.real'"]),
        ('argv = ["{output}"]\ntimeout = 5', ["'timeout'", "Did you mean 'timeout_seconds'?"]),
        ('argv = ["{output}"]\ntimeout_seconds = 0', ["timeout_seconds of [command] is 0.0"]),
        ('argv = ["{output}"]\ntimeout_seconds = nan', ["timeout_seconds of [command] is nan"]),
        ('argv = ["{output}"]\nworking_directory = "nowhere"', ["'nowhere'", "is no folder in"]),
        ('argv = ["{output}"]\nenvironment = {A = 1}', ["'environment' cannot be {'A': 1}"]),
        ('argv = ["{output}"]\n[adpat]\nargv = []', ["table 'adpat'", "Did you mean 'adapt'?"]),
        ('argv = ["{output}"]\n[adapt]\nargv = ["{prompt}"]', ["argv of [adapt] 'prompt'"]),
        ('argv = ["{output}"]\n[adapt]\nargv = ["{output}"]', ["argv of [adapt] 'output'"]),
        ('argv = ["{output}"]\n[video]\nmax_frames = 1', ["In [video]", "max_frames is 1"]),
        ('argv = ["{output}"]\n[video]\nframes = 9', ["key of [video] 'frames'"]),
    ],
)
def test_what_is_wrong_is_named(write: Write, tables: str, words: list[str]) -> None:
    path = write("r.toml", f"{CARD}[command]\n{tables}\n")
    with pytest.raises(UsageError) as caught:
        read_recipe(path)
    assert all(word in str(caught.value) for word in [str(path), *words]), caught.value


def test_all_problems_are_told_at_once(write: Write) -> None:
    path = write(
        "r.toml",
        """
        adapt = 3
        [card]
        name = "My Method"
        version = "1"
        license = "MIT"
        [command]
        argv = ["run", "{promt}", "{sed}"]
        [video]
        size = [7]
        """,
    )
    with pytest.raises(UsageError) as caught:
        read_recipe(path)
    for words in (
        "[adapt] must be a table, not 3",
        "'license'",
        "'licence' is missing",
        "'summary' is missing",
        "'promt'",
        "'sed'",
        "never mentions {output}",
        "'size' cannot be [7]",
    ):
        assert words in str(caught.value), words


def test_card_rules_hold(write: Write) -> None:
    text = CARD.replace('"toy"', '"Toy"') + '[command]\nargv = ["{output}"]\n'
    with pytest.raises(UsageError, match=r"In \[card\], the name 'Toy' is not allowed"):
        read_recipe(write("r.toml", text))


@pytest.mark.parametrize("content", [b"[card", b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "r.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"r\.toml cannot be read"):
        read_recipe(path)


def test_literal_braces_are_written_twice() -> None:
    assert fill("{{{prompt}}}", {"prompt": "{seed}"}) == "{{seed}}"


@settings(deadline=None)
@given(st.text())
def test_values_are_filled_in_as_they_are(prompt: str) -> None:
    assert fill("a{prompt}b", {"prompt": prompt}) == f"a{prompt}b"


CONFIGURED = """
[command]
argv = ["run", "--config", "{output_dir}/c.yaml"]
writes = "{output_dir}/result.mp4"
[[config_files]]
path = "{output_dir}/c.yaml"
base = "settings.yaml"
[config_files.values]
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('writes = "{output_dir}/a.mp4"\nargv = ["run"]', ["never mentions {output_dir}"]),
        ('writes = "a.mp4"\nargv = ["{output_dir}"]', ["writes of [command], 'a.mp4'", "start"]),
        (
            'writes = "{output_dir}/{sed}"\nargv = ["{output_dir}"]',
            ["in writes of [command] 'sed'"],
        ),
    ],
)
def test_where_the_clip_is_expected_is_checked(write: Write, text: str, words: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        read_recipe(write("r.toml", f"{CARD}[command]\n{text}\n"))
    assert all(word in str(caught.value) for word in words), caught.value


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ("promt = '{prompt}'", ["key of settings.yaml 'promt'", "Did you mean 'prompt'?"]),
        ("data.path = 1", ["key of settings.yaml, data 'path'", "Known: video"]),
        ("prompt = '{promt}'", ["placeholder in [[config_files]] of settings.yaml 'promt'"]),
    ],
)
def test_config_files_are_checked(write: Write, values: str, words: list[str]) -> None:
    write("settings.yaml", "prompt: a\ndata: {video: b}\n")
    with pytest.raises(UsageError) as caught:
        read_recipe(write("r.toml", f"{CARD}{CONFIGURED}{values}\n"))
    assert all(word in str(caught.value) for word in words), caught.value


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("settings.yaml", "gone.yaml"), ["gone.yaml cannot be read"]),
        (("settings.yaml", "list.yaml"), ["list.yaml must hold a mapping"]),
        (('"{output_dir}/c.yaml"\nbase', '"{work_dir}/c.yaml"\nbase'), ["differs from clip"]),
        (('"{output_dir}/c.yaml"\nbase', '"c.yaml"\nbase'), ["must start with {work_dir}/ or"]),
        (("[[config_files]]", "[config_files]"), ["must be an array of tables"]),
        (("base =", "bas ="), ["'bas'", "Did you mean 'base'?", "'base' is missing"]),
    ],
)
def test_broken_config_files_are_named(
    write: Write, change: tuple[str, str], words: list[str]
) -> None:
    write("settings.yaml", "prompt: a\n")
    write("list.yaml", "[1, 2]\n")
    text = (CONFIGURED + 'prompt = "{prompt}"\n').replace(*change)
    with pytest.raises(UsageError) as caught:
        read_recipe(write("r.toml", CARD + text))
    assert all(word in str(caught.value) for word in words), caught.value


def test_a_missing_clone_is_told_how_to_get(write: Write) -> None:
    text = """
        [command]
        argv = ["run", "{output}"]
        working_directory = "repositories/some"
        [checked]
        repository = "https://example.org/some"
        commit = "3f2c1ab"
        environment = ["make env", "make weights"]
        [checked.accepts]
        "run.py" = ["--out"]
        """
    with pytest.raises(UsageError) as caught:
        read_recipe(write("r.toml", CARD + dedent(text)))
    assert "'repositories/some', is no folder in" in str(caught.value)
    assert (
        "Clone https://example.org/some there, check out commit 3f2c1ab, and in it do: "
        "make env; make weights." in str(caught.value)
    )
