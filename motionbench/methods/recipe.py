r"""A command recipe: a TOML file that says how to run a method which lives in another environment.

::

    [card]                              # the fields of MethodCard
    name = "some-method"
    version = "3f2c1ab"
    summary = "One sentence."
    licence = "MIT"

    [command]                           # once per prompt and seed; writes the clip to {output}
    argv = ["/envs/some/bin/python", "run.py", "--video", "{reference}", "--prompt", "{prompt}",
            "--seed", "{seed}", "--out", "{output}"]
    working_directory = "some-repository"
    timeout_seconds = 1800
    [command.environment]
    CUDA_VISIBLE_DEVICES = "0"

    [adapt]                             # optional: once per reference, such as tuning
    argv = ["/envs/some/bin/python", "tune.py", "{reference}", "--save", "{work_dir}/lora"]
    timeout_seconds = 7200

    [video]                             # optional: the fields of VideoSpec
    max_frames = 49
    size = [480, 720]

Each element of ``argv`` becomes one argument as it is: no shell reads it, so a prompt with quotes
or semicolons is only text. Should a shell be needed, hand it the values as arguments
(``["sh", "-c", "run --prompt \"$1\"", "run", "{prompt}"]``) and never put a placeholder into the
script itself. A literal brace is written twice: ``{{`` and ``}}``.

A program that names its clip itself is given ``{output_dir}``, a folder that is fresh for each
clip, and ``[command]`` says which file to expect there; ``*`` matches what cannot be known::

    writes = "{output_dir}/results_*.mp4"

A program that reads its settings from a YAML file is given a copy of the published file with the
job's own values (``config_files``)::

    [[config_files]]
    path = "{output_dir}/guidance.yaml" # then --config {output_dir}/guidance.yaml
    base = "configs/guidance.yaml"      # in the working directory
    [config_files.values]
    target_prompt = "{prompt}"
    seed = "{seed}"

A recipe for a published repository records what it was made from, which tests hold it against and
which is told to whoever has not cloned it yet::

    [checked]
    repository = "https://example.org/some-repository"
    commit = "3f2c1ab..."
    environment = ["conda create --prefix env python=3.10",
                   "env/bin/pip install -r requirements.txt"]
    [checked.accepts]                   # by program or config file: its arguments or keys
    "run.py" = ["--video", "--prompt", "--seed", "--out"]
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from motionbench.cases import VideoSpec
from motionbench.errors import UsageError
from motionbench.methods.base import MethodCard
from motionbench.methods.config_files import ConfigFile, config_problems
from motionbench.methods.declarations import card_problems, spec_problems
from motionbench.methods.tables import read_table, read_toml, unknown_tables
from motionbench.methods.templates import (
    CLIP_PLACEHOLDERS,
    REFERENCE_PLACEHOLDERS,
    template_problems,
)

Table = TypeVar("Table")

OUTPUT_NAME = "output.mp4"
"""What ``{output}`` is called in its folder."""

TABLES = ("card", "command", "adapt", "video", "config_files", "checked")


@dataclass(frozen=True)
class CommandTable:
    """``[command]``: makes one clip.

    Attributes:
        argv: The program and its arguments, with placeholders.
        working_directory: Where it runs; relative to the recipe's folder.
        writes: The clip that the program writes: a file pattern in ``{output_dir}``, of which one
            file must match.
        timeout_seconds: After this time the command and all its children are ended.
        environment: Variables added to the ones the harness itself runs with; literal text.
    """

    argv: tuple[str, ...]
    working_directory: Path = Path()
    writes: str = "{output}"
    timeout_seconds: float = 3600.0
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AdaptTable:
    """``[adapt]``: runs once per reference, where and with what ``[command]`` runs.

    Attributes:
        argv: The program and its arguments, with placeholders.
        timeout_seconds: After this time the command and all its children are ended.
    """

    argv: tuple[str, ...]
    timeout_seconds: float = 3600.0


@dataclass(frozen=True)
class CheckedTable:
    """``[checked]``: what a recipe was made from.

    Attributes:
        repository: Its address.
        commit: The full hash of the commit that was read.
        environment: How its own documents set it up, one step each, done in a clone; the programs
            in ``argv`` are those of that environment.
        accepts: All arguments of each program and all keys of each config file that the recipe
            uses, by path in the repository; keys within keys are joined by dots.
    """

    repository: str
    commit: str
    environment: tuple[str, ...]
    accepts: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Recipe:
    """A recipe that was read and found right.

    Attributes:
        path: The file.
        card: Who the method is.
        command: Makes a clip.
        adapt: Tunes on a reference, or None.
        video: What references are conformed to.
        config_files: Written for the programs, in this order.
        checked: What the recipe was made from, or None.
        working_directory: Absolute.
    """

    path: Path
    card: MethodCard
    command: CommandTable
    adapt: AdaptTable | None
    video: VideoSpec
    config_files: tuple[ConfigFile, ...]
    checked: CheckedTable | None
    working_directory: Path

    @property
    def written(self) -> str:
        """The file pattern of the clip, with placeholders, relative to its fresh folder."""
        if self.command.writes == "{output}":
            return OUTPUT_NAME
        return self.command.writes.removeprefix("{output_dir}/")


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        UsageError: Every unknown key or placeholder, wrong value and missing entry, in one message.
    """
    content = read_toml(path)
    folder = path.resolve().parent
    problems = unknown_tables(content, TABLES)

    def table(cls: type[Table], key: str) -> Table | None:
        return read_table(cls, content.get(key, {}), name=f"[{key}]", problems=problems)

    card = table(MethodCard, "card")
    command = table(CommandTable, "command")
    adapt = table(AdaptTable, "adapt") if "adapt" in content else None
    video = table(VideoSpec, "video")
    checked = table(CheckedTable, "checked") if "checked" in content else None
    config_files = _read_config_files(content.get("config_files", []), problems)
    problems += [f"In [card], {problem}." for problem in card_problems(card) if card]
    problems += [f"In [video], {problem}." for problem in spec_problems(video) if video]
    problems += _command_problems(command) if command else []
    problems += _adapt_problems(adapt) if adapt else []
    working_directory = folder / command.working_directory if command else folder
    if not working_directory.is_dir():
        problems.append(_no_directory(working_directory, folder, checked))
    else:
        problems += [
            problem
            for config in config_files
            for problem in config_problems(config, working_directory)
        ]
    # The table's absence implies a problem; naming it tells the type checker.
    if problems or card is None or command is None or video is None:
        raise UsageError(f"Recipe {path} is wrong. " + " ".join(problems))
    return Recipe(path, card, command, adapt, video, config_files, checked, working_directory)


def _read_config_files(content: object, problems: list[str]) -> tuple[ConfigFile, ...]:
    name = "[[config_files]]"
    if not isinstance(content, list):
        problems.append(f"{name} must be an array of tables, not {content!r}.")
        return ()
    read = [read_table(ConfigFile, table, name=name, problems=problems) for table in content]
    return tuple(config for config in read if config is not None)


def _command_problems(command: CommandTable) -> list[str]:
    known = (*REFERENCE_PLACEHOLDERS, *CLIP_PLACEHOLDERS)
    problems = _argv_problems("[command]", command.argv, known)
    problems += template_problems("writes of [command]", command.writes, known)
    problems += _timeout_problems("[command]", command.timeout_seconds)
    if command.writes == "{output}":
        needed, what = "{output}", "the path where the clip is expected"
    else:
        needed, what = "{output_dir}", "the folder where `writes` expects the clip"
        if not command.writes.startswith("{output_dir}/"):
            problems.append(
                f"The writes of [command], {command.writes!r}, must start with {{output_dir}}/."
            )
    if not any(needed in part for part in command.argv):
        problems.append(f"The argv of [command] never mentions {needed}: {what}.")
    return problems


def _adapt_problems(adapt: AdaptTable) -> list[str]:
    problems = _argv_problems("[adapt]", adapt.argv, REFERENCE_PLACEHOLDERS)
    return problems + _timeout_problems("[adapt]", adapt.timeout_seconds)


def _no_directory(directory: Path, folder: Path, checked: CheckedTable | None) -> str:
    named = str(directory.relative_to(folder)) if directory.is_relative_to(folder) else directory
    problem = f"The working_directory of [command], {str(named)!r}, is no folder in {folder}."
    if checked is None:
        return problem
    steps = "; ".join(checked.environment)
    return (
        f"{problem} Clone {checked.repository} there, check out commit {checked.commit}, and in it "
        f"do: {steps}."
    )


def _argv_problems(where: str, argv: tuple[str, ...], known: tuple[str, ...]) -> list[str]:
    if not argv:
        return [f"The argv of {where} is empty; it must name a program."]
    return [
        problem
        for part in argv
        for problem in template_problems(f"the argv of {where}", part, known)
    ]


def _timeout_problems(where: str, seconds: float) -> list[str]:
    if 0 < seconds < float("inf"):
        return []
    return [f"The timeout_seconds of {where} is {seconds!r}; it must be a positive number."]
