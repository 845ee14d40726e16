"""The five ways in, and what a broken plugin may not do."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from baselines.copy import Copy
from motionbench.cases import Clip
from motionbench.errors import MethodError, UnknownNameError, UsageError, WeightsError
from motionbench.methods.base import Method
from motionbench.methods.command import CommandMethod
from motionbench.methods.precomputed import Precomputed
from motionbench.methods.registry import list_methods, load_card, load_method
from motionbench.video import encode

Write = Callable[[str, str], Path]

METHOD = '''
from dataclasses import dataclass
from motionbench.cases import VideoSpec
from motionbench.methods.base import Method, MethodCard

@dataclass(frozen=True)
class Config:
    """Options.

    Attributes:
        steps: How many.
    """

    steps: int = 5

class Toy(Method):
    card = MethodCard(name="toy", version="1", summary="A toy.", licence="MIT")
    Config = Config

    def adapt(self, reference, caption, *, seed, work_dir):
        return reference

    def generate(self, adapted, prompt, *, seed):
        return adapted
'''


@pytest.fixture
def install(write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Install a package: its modules and the metadata that pip would write."""

    def install_package(name: str, points: dict[str, str], **modules: str) -> None:
        lines = "".join(f"{point} = {target}\n" for point, target in points.items())
        folder = f"site-{name}"
        write(f"{folder}/{name}-2.0.dist-info/METADATA", f"Name: {name}\nVersion: 2.0\n")
        write(f"{folder}/{name}-2.0.dist-info/entry_points.txt", f"[motionbench.methods]\n{lines}")
        for module, text in modules.items():
            write(f"{folder}/{module}.py", text)
            monkeypatch.delitem(sys.modules, module, raising=False)
        monkeypatch.syspath_prepend(tmp_path / folder)

    return install_package


def test_the_controls_are_installed_like_anyones_plugin() -> None:
    entries = {entry.name: entry for entry in list_methods()}
    assert {"copy", "still", "other_case"} <= set(entries)
    assert entries["copy"].target == "baselines.copy:Copy"
    assert entries["copy"].distribution == "motionbench"
    assert all(entry.problem is None for entry in entries.values())


def test_listing_imports_no_plugin() -> None:
    code = (
        "import sys\n"
        "from motionbench.methods.registry import list_methods\n"
        "assert [e for e in list_methods() if e.name == 'copy']\n"
        "assert not [m for m in sys.modules if m.split('.')[0] == 'baselines']\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_by_name(install) -> None:
    install("toybox", {"toy": "toy_by_name:Toy"}, toy_by_name=METHOD)
    method = load_method("toy", options={"steps": "9"}, device="cpu")
    assert isinstance(method, Method)
    assert method.config.steps == 9
    assert load_card("toy").summary == "A toy."


def test_an_extra_of_an_entry_point_does_not_matter(install) -> None:
    install("toybox", {"toy": "toy_extra : Toy [gpu]"}, toy_extra=METHOD)
    assert load_card("toy").name == "toy"
    assert next(e.target for e in list_methods() if e.name == "toy") == "toy_extra:Toy"


def test_by_module_and_class() -> None:
    assert type(load_method("baselines.copy:Copy")) is Copy
    assert load_card("baselines.copy:Copy").control


def test_by_file_and_class(write: Write) -> None:
    write("beside_it.py", "STEPS = 3\n")
    path = write("mine.py", METHOD + "\nfrom beside_it import STEPS\n")
    method = load_method(f"{path}:Toy", options={"steps": 4})
    assert isinstance(method, Method)
    assert method.config.steps == 4


def test_by_recipe(write: Write) -> None:
    path = write(
        "recipe.toml",
        """
        [card]
        name = "recipe"
        version = "1"
        summary = "A recipe."
        licence = "MIT"
        [command]
        argv = ["run", "{output}"]
        """,
    )
    assert isinstance(load_method(str(path)), CommandMethod)
    assert load_card(str(path)).name == "recipe"
    with pytest.raises(UnknownNameError, match="option of recipe 'steps'"):
        load_method(str(path), options={"steps": "3"})


def test_by_folder(tmp_path: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "finished"
    folder.mkdir()
    encode(clip, folder / "a.mp4")
    row = {"case": "pan", "prompt_id": "duck", "video": "a.mp4"}
    (folder / "mapping.jsonl").write_text(json.dumps(row))
    assert isinstance(load_method(str(folder)), Precomputed)
    assert load_card(f"{folder}/").name == "finished"
    monkeypatch.chdir(tmp_path)
    assert isinstance(load_method("finished"), Precomputed)
    with pytest.raises(UnknownNameError, match="option of finished 'steps'"):
        load_method("finished", options={"steps": "3"})


def test_an_unknown_name_gets_the_nearest_and_the_other_ways_in() -> None:
    with pytest.raises(UnknownNameError) as caught:
        load_method("stil")
    assert "Unknown method 'stil'. Did you mean 'still'?" in str(caught.value)
    assert "package.module:Class" in str(caught.value)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("nowhere.toml", r"there is no recipe .*nowhere\.toml"),
        ("no/where", "there is no folder"),
        ("no/where.py:Toy", r"there is no file .*where\.py"),
        ("no/where.py", r"does not say which class: no/where\.py:Class"),
        (":Toy", "is not of the form module:Class"),
        ("baselines.copy:", "is not of the form module:Class"),
        ("baselines.copy:a b", "is not of the form module:Class"),
    ],
)
def test_a_reference_that_leads_nowhere_is_named(reference: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        load_method(reference)


def test_an_unknown_class_gets_the_nearest() -> None:
    with pytest.raises(
        UnknownNameError, match=r"class of baselines\.copy 'Coppy'\. Did you mean 'Copy'"
    ):
        load_method("baselines.copy:Coppy")


def test_an_unknown_option_gets_the_nearest(install) -> None:
    install("toybox", {"toy": "toy_options:Toy"}, toy_options=METHOD)
    with pytest.raises(UnknownNameError, match=r"option of toy 'stepps'\. Did you mean 'steps'"):
        load_method("toy", options={"stepps": "1"})
    with pytest.raises(UsageError, match="option of toy 'steps' cannot be 'many'"):
        load_method("toy", options={"steps": "many"})


def test_a_plugin_that_cannot_be_imported_breaks_nothing_else(install) -> None:
    broken = "def load():\n    import no_such_module_at_all\nload()\n"
    install(
        "broken", {"broken": "broken_module:Toy", "gone": "no_module:Toy"}, broken_module=broken
    )
    assert {"broken", "gone", "copy"} <= {entry.name for entry in list_methods()}
    assert isinstance(load_method("copy"), Copy)
    with pytest.raises(MethodError) as caught:
        load_method("broken")
    message = str(caught.value)
    assert "Method 'broken' of broken 2.0 cannot be imported (broken_module)" in message
    assert "ModuleNotFoundError: No module named 'no_such_module_at_all'" in message
    assert "broken_module.py:3 in <module>" in message
    assert "broken_module.py:2 in load" in message
    assert "importlib" not in message
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)
    with pytest.raises(MethodError, match="No module named 'no_module'"):
        load_card("gone")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("class Toy(", "SyntaxError"),
    ],
)
def test_whatever_happens_on_import_is_reported(write: Write, text: str, words: str) -> None:
    with pytest.raises(MethodError, match=words):
        load_method(f"{write('bad.py', text)}:Toy")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Toy = 3", "it is 3, not motionbench.methods.base.Method"),
        ("class Toy: pass", "a class that does not inherit motionbench.methods.base.Method"),
        (
            "from motionbench.methods.base import Method\nclass Toy(Method): pass",
            "it does not define adapt and generate",
        ),
        (METHOD.replace("    card = ", "    kard = "), "the card is a NoneType, not a MethodCard"),
        (METHOD.replace('"toy"', '"My Toy"'), "the name 'My Toy' is not allowed"),
        (METHOD.replace('licence="MIT"', 'licence=""'), "licence is ''"),
        (
            METHOD.replace("    Config = Config", "    video_spec = VideoSpec(max_frames=1)"),
            "max_frames is 1",
        ),
    ],
)
def test_a_class_that_is_no_complete_method_is_refused(write: Write, text: str, words: str) -> None:
    with pytest.raises(MethodError, match="cannot be used") as caught:
        load_method(f"{write('bad.py', text)}:Toy")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise RuntimeError('no such GPU')", "cannot be loaded: RuntimeError: no such GPU (at "),
        ("raise TypeError('oops')", "cannot be constructed: TypeError: oops"),
    ],
)
def test_a_constructor_that_fails_is_reported(write: Write, body: str, words: str) -> None:
    init = f"    def __init__(self, config, *, device):\n        {body}\n"
    path = write("bad.py", METHOD.replace("    Config = Config\n", init))
    with pytest.raises(MethodError) as caught:
        load_method(f"{path}:Toy")
    assert words in str(caught.value)
    assert "bad.py" in str(caught.value)


def test_errors_of_ours_pass_through_a_constructor(write: Write) -> None:
    init = (
        "    def __init__(self, config, *, device):\n"
        "        from motionbench.errors import WeightsError\n"
        "        raise WeightsError('fetch them')\n"
    )
    path = write("bad.py", METHOD.replace("    Config = Config\n", init))
    with pytest.raises(WeightsError, match=r"^fetch them$"):
        load_method(f"{path}:Toy")


@pytest.mark.parametrize("config", ["int", "type('Odd', (), {})"])
def test_a_config_that_cannot_hold_options_is_the_plugins_fault(write: Write, config: str) -> None:
    path = write("bad.py", METHOD.replace("Config = Config", f"Config = {config}"))
    with pytest.raises(MethodError, match="neither a dataclass nor a pydantic model"):
        load_method(f"{path}:Toy")


def test_one_name_from_two_packages_is_refused(install) -> None:
    install("toybox", {"toy": "toy_one:Toy"}, toy_one=METHOD)
    install("playroom", {"toy": "toy_two:Toy"}, toy_two=METHOD)
    assert len([entry for entry in list_methods() if entry.name == "toy"]) == 2
    for load in (load_method, load_card):
        with pytest.raises(UsageError) as caught:
            load("toy")
        assert "toybox (toy_one:Toy)" in str(caught.value)
        assert "playroom (toy_two:Toy)" in str(caught.value)
    assert isinstance(load_method("toy_one:Toy"), Method)
    assert isinstance(load_method("copy"), Copy)


def test_a_plugin_cannot_take_a_control_s_name(install) -> None:
    install("impostor", {"copy": "impostor_copy:Toy"}, impostor_copy=METHOD)
    with pytest.raises(UsageError, match="2 entry points have this name"):
        load_method("copy")


@pytest.mark.parametrize(
    ("name", "target", "words"),
    [
        ("My Toy", "toy_named:Toy", "the name 'My Toy' is not allowed"),
        ("toys", "toy_named", "'toy_named' is not of the form module:Class"),
    ],
)
def test_a_wrong_entry_point_is_listed_with_its_problem(
    install, name: str, target: str, words: str
) -> None:
    install("toybox", {name: target}, toy_named=METHOD)
    (entry,) = (entry for entry in list_methods() if entry.name == name)
    assert words in str(entry.problem)
    with pytest.raises(UsageError) as caught:
        load_method(name)
    assert words in str(caught.value)


def test_a_card_carries_its_entry_points_name(install) -> None:
    install("toybox", {"other": "toy_other:Toy"}, toy_other=METHOD)
    with pytest.raises(
        MethodError, match="card is named 'toy', which must equal the entry point's"
    ):
        load_method("other")
