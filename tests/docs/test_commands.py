"""Every command of every page is one that its program takes; what is not run has a reason."""

import pytest

from tests.docs.arguments import problem
from tests.docs.not_run import NOT_RUN
from tests.docs.pages import PAGES, PROGRAMS, commands, name_of, program, spans
from tests.docs.walks import WALKS

ON_PAGES = {name_of(page): commands(page) for page in PAGES}


@pytest.mark.parametrize("page", [name for name, found in ON_PAGES.items() if found])
def test_programs_take_the_commands(page: str) -> None:
    wrong = {line: problem(line) for line in ON_PAGES[page]}
    assert {line: why for line, why in wrong.items() if why is not None} == {}
    assert {program(line) for line in ON_PAGES[page]} <= PROGRAMS


def test_commands_in_sentences_exist() -> None:
    wrong = [
        f"{name_of(page)}: {span}: {why}"
        for page in PAGES
        for span in spans(page)
        if len(span.split()) > 1
        and program(span) in {"motionbench", "effivmt", "make", "python"}
        and (why := problem(span, whole=False)) is not None
    ]
    assert wrong == []


def test_what_is_not_run_is_listed_and_still_there() -> None:
    everywhere = {line for found in ON_PAGES.values() for line in found}
    assert NOT_RUN.keys() - everywhere == set()
    to_run = {name for name, found in ON_PAGES.items() if set(found) - NOT_RUN.keys()}
    assert to_run == set(WALKS)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("motionbench evaluate --method copy", "no command 'evaluate'"),
        ("motionbench eval --method copy --limits 4", "--limits"),
        ("motionbench eval --limit 4", "MissingParameter"),
        ("motionbench eval --method copy --limit few", "valid integer"),
        ("motionbench suite", "no sub-command"),
        ("effivmt heads --alphas 2", "--alphas"),
        ("make everything", "no such target"),
        ("python benchmarks/nothing.py", "no file"),
        ("python -m motionbench.backbones.nano.train --stops 3", "no option --stops"),
    ],
)
def test_mistakes_are_found(command: str, why: str) -> None:
    assert why in (problem(command) or "")
