"""Text with placeholders in braces, as recipes hold it: checked when read, filled in for a job."""

from collections.abc import Mapping, Sequence
from glob import escape
from string import Formatter
from typing import Any

from motionbench.errors import UnknownNameError

REFERENCE_PLACEHOLDERS = (
    "reference",  # path of the reference, a video file
    "caption",  # what the reference shows
    "seed",
    "frames",  # of the reference, as conformed to [video]
    "height",
    "width",
    "fps",
    "work_dir",  # absolute path; kept between adapt and command, and between attempts
)
CLIP_PLACEHOLDERS = (
    "prompt",
    "output",  # path where the clip is expected unless [command] says otherwise
    "output_dir",  # absolute path of a folder that is fresh for each clip
)


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


def fill_pattern(template: str, values: Mapping[str, object]) -> str:
    """Like ``fill``, for a file pattern: only the template's own ``*``, ``?`` and ``[`` match."""
    return fill(template, {name: escape(str(value)) for name, value in values.items()})


def fill_tree(tree: Any, values: Mapping[str, object]) -> Any:
    """A tree of tables, lists and scalars with all its texts filled in.

    A text that is one placeholder and nothing else becomes the value itself, type and all.

    Example:
        >>> fill_tree({"seed": "{seed}", "out": ["{work_dir}/a"]}, {"seed": 3, "work_dir": "/w"})
        {'seed': 3, 'out': ['/w/a']}
    """
    if isinstance(tree, dict):
        return {key: fill_tree(value, values) for key, value in tree.items()}
    if isinstance(tree, list):
        return [fill_tree(value, values) for value in tree]
    if not isinstance(tree, str):
        return tree
    whole = [name for name in values if tree == f"{{{name}}}"]
    return values[whole[0]] if whole else fill(tree, values)


def texts(tree: Any) -> list[str]:
    """All texts of a tree of tables, lists and scalars; its keys are none."""
    if isinstance(tree, dict):
        return [text for value in tree.values() for text in texts(value)]
    if isinstance(tree, list):
        return [text for value in tree for text in texts(value)]
    return [tree] if isinstance(tree, str) else []


def placeholders(template: str) -> set[str]:
    """Names of the placeholders in a template that ``template_problems`` found right."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def template_problems(where: str, template: str, known: Sequence[str]) -> list[str]:
    """What is wrong with a template, one sentence each.

    Args:
        where: What messages call its place, such as ``"the argv of [command]"``.
        template: The text.
        known: Placeholders it may have.
    """
    try:
        pieces = list(Formatter().parse(template))
    except ValueError as error:
        return [f"In {where}, {template!r} is no template: {error}; write a literal brace twice."]
    problems = []
    for _, name, specification, conversion in pieces:
        if name is None:
            continue
        if specification or conversion:
            problems.append(
                f"In {where}, {template!r} formats a placeholder; only plain {{name}} is filled in."
            )
        elif name not in known:
            kind = f"placeholder in {where}"
            hint = "Write a literal brace twice."
            problems.append(str(UnknownNameError(kind, name, known, hint=hint)))
    return problems
