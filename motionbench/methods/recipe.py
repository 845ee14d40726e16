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
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

from motionbench.cases import VideoSpec
from motionbench.errors import UnknownNameError, UsageError
from motionbench.methods.base import MethodCard
from motionbench.methods.declarations import card_problems, spec_problems
from motionbench.methods.tables import read_table, read_toml, unknown_tables

ADAPT_PLACEHOLDERS = (
    "reference",  # path of the reference, a video file
    "caption",  # what the reference shows
    "seed",
    "frames",  # of the reference, as conformed to [video]
    "height",
    "width",
    "fps",
    "work_dir",  # absolute path; kept between adapt and command, and between attempts
)
COMMAND_PLACEHOLDERS = (*ADAPT_PLACEHOLDERS, "prompt", "output")


@dataclass(frozen=True)
class CommandTable:
    """``[command]``: makes one clip.

    Attributes:
        argv: The program and its arguments, with placeholders.
        working_directory: Where it runs; relative to the recipe's folder.
        timeout_seconds: After this time the command and all its children are ended.
        environment: Variables added to the ones the harness itself runs with; literal text.
    """

    argv: tuple[str, ...]
    working_directory: Path = Path()
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
class Recipe:
    """A recipe that was read and found right.

    Attributes:
        path: The file.
        card: Who the method is.
        command: Makes a clip.
        adapt: Tunes on a reference, or None.
        video: What references are conformed to.
        working_directory: Absolute.
    """

    path: Path
    card: MethodCard
    command: CommandTable
    adapt: AdaptTable | None
    video: VideoSpec
    working_directory: Path


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        UsageError: Every unknown key or placeholder, wrong value and missing entry, in one message.
    """
    content = read_toml(path)
    folder = path.resolve().parent
    problems = unknown_tables(content, ("card", "command", "adapt", "video"))
    card = read_table(MethodCard, content.get("card", {}), name="[card]", problems=problems)
    command = read_table(
        CommandTable, content.get("command", {}), name="[command]", problems=problems
    )
    adapt = None
    if "adapt" in content:
        adapt = read_table(AdaptTable, content["adapt"], name="[adapt]", problems=problems)
    video = read_table(VideoSpec, content.get("video", {}), name="[video]", problems=problems)
    problems += [f"In [card], {problem}." for problem in card_problems(card) if card]
    problems += [f"In [video], {problem}." for problem in spec_problems(video) if video]
    problems += _command_problems(command, folder) if command else []
    problems += _argv_problems("[adapt]", adapt.argv, ADAPT_PLACEHOLDERS) if adapt else []
    problems += _timeout_problems("[adapt]", adapt.timeout_seconds) if adapt else []
    # The table's absence implies a problem; naming it tells the type checker.
    if problems or card is None or command is None or video is None:
        raise UsageError(f"Recipe {path} is wrong. " + " ".join(problems))
    return Recipe(path, card, command, adapt, video, folder / command.working_directory)


def fill(template: str, values: Mapping[str, object]) -> str:
    """A template with its placeholders replaced; the values' own braces are left alone.

    Example:
        >>> fill("--size={height}x{width} {{}}", {"height": 4, "width": 6})
        '--size=4x6 {}'
    """
    return "".join(
        text + ("" if name is None else str(values[name]))
        for text, name, _, _ in Formatter().parse(template)
    )


def _command_problems(command: CommandTable, folder: Path) -> list[str]:
    problems = _argv_problems("[command]", command.argv, COMMAND_PLACEHOLDERS)
    problems += _timeout_problems("[command]", command.timeout_seconds)
    if not any("{output}" in part for part in command.argv):
        problems.append(
            "The argv of [command] never mentions {output}: the path where the clip is expected."
        )
    if not (folder / command.working_directory).is_dir():
        problems.append(
            f"The working_directory of [command], {str(command.working_directory)!r}, is no "
            f"folder in {folder}."
        )
    return problems


def _argv_problems(where: str, argv: tuple[str, ...], known: tuple[str, ...]) -> list[str]:
    if not argv:
        return [f"The argv of {where} is empty; it must name a program."]
    problems: list[str] = []
    for part in argv:
        try:
            pieces = list(Formatter().parse(part))
        except ValueError as error:
            problems.append(
                f"In the argv of {where}, {part!r} is no template: {error}; write a literal brace "
                f"twice."
            )
            continue
        for _, name, specification, conversion in pieces:
            if name is None:
                continue
            if specification or conversion:
                problems.append(
                    f"In the argv of {where}, {part!r} formats a placeholder; only plain {{name}} "
                    f"is filled in."
                )
            elif name not in known:
                hint = "Write a literal brace twice."
                kind = f"placeholder in the argv of {where}"
                problems.append(str(UnknownNameError(kind, name, known, hint=hint)))
    return problems


def _timeout_problems(where: str, seconds: float) -> list[str]:
    if 0 < seconds < float("inf"):
        return []
    return [f"The timeout_seconds of {where} is {seconds!r}; it must be a positive number."]
