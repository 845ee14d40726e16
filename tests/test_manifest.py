import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from motionbench.cases import Case, Clip, FileSource, Prompt, SceneSource, Suite
from motionbench.errors import ManifestError, UnknownNameError, VideoError
from motionbench.manifest import list_suites, load_reference, load_suite, write_suite
from motionbench.video import content_sha256, encode

EVAL_SEED = 2**31


def clip(value: int) -> Clip:
    return Clip(np.full((4, 16, 16, 3), value, np.uint8), 8.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two videos: ``a.mkv`` and ``sub/b.mkv``."""
    encode(clip(10), tmp_path / "a.mkv", lossless=True)
    encode(clip(20), tmp_path / "sub" / "b.mkv", lossless=True)
    return tmp_path


def case(name: str = "bear", **changed: Any) -> dict[str, Any]:
    fields = {
        "id": name,
        "category": "single_object",
        "caption": "a bear",
        "prompts": [{"id": "p", "kind": "subject", "text": "a dog"}],
        "source": {"path": "a.mkv"},
    }
    return {**fields, **changed}


def scene(name: str = "pan", **changed: Any) -> dict[str, Any]:
    size = {"frames": 3, "height": 16, "width": 24, "fps": 8}
    source = {"scene": "camera/pan", "seed": EVAL_SEED, **size}
    return case(name, category="camera", source={**source, **changed})


def manifest(*cases: Any, **changed: Any) -> dict[str, Any]:
    return {"name": "mine", "version": "1", "cases": list(cases or [case()]), **changed}


def save(folder: Path, content: Any, name: str = "suite.yaml") -> Path:
    text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def complaints(folder: Path, content: Any) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        load_suite(save(folder, content))
    return str(caught.value).splitlines()


def test_what_a_manifest_says(folder: Path) -> None:
    bear = case(
        prompts=[
            {"id": "p0", "kind": "caption", "text": "a bear"},
            {"id": "p1", "kind": "free", "text": ""},
        ],
        source={"path": "sub/b.mkv", "start": 1, "stop": 3},
        sha256="0" * 64,
        tags=["brown", "slow"],
    )
    path = save(folder, manifest(bear, scene(), description="Two\n  clips."))
    suite = load_suite(path)
    assert (suite.name, suite.version, suite.description) == ("mine", "1", "Two clips.")
    assert suite.cases == (
        Case(
            "bear",
            "single_object",
            "a bear",
            (Prompt("p0", "caption", "a bear"), Prompt("p1", "free", "")),
            FileSource(folder / "sub" / "b.mkv", 1, 3),
            "0" * 64,
            ("brown", "slow"),
        ),
        Case(
            "pan",
            "camera",
            "a bear",
            (Prompt("p", "subject", "a dog"),),
            SceneSource("camera/pan", EVAL_SEED, 3, 16, 24, 8.0),
        ),
    )
    assert isinstance(suite.cases[1].source, SceneSource)
    assert isinstance(suite.cases[1].source.fps, float)


def test_a_written_suite_reads_back(folder: Path) -> None:
    suite = load_suite(save(folder, manifest(case(), case("b", source={"path": "sub"}), scene())))
    for path in (folder / "other" / "copy.yaml", folder / "copy.yml"):
        write_suite(suite, path)
        assert load_suite(path) == suite


def test_a_version_of_digits_reads_back_as_text(folder: Path) -> None:
    suite = load_suite(save(folder, manifest(version="123456789012")))
    write_suite(suite, folder / "copy.yaml")
    assert load_suite(folder / "copy.yaml").version == "123456789012"


def test_the_root_is_the_manifests_or_the_given_one(folder: Path, tmp_path: Path) -> None:
    path = save(folder, manifest(case(source={"path": "b.mkv"}), root="sub"))
    assert load_suite(path).cases[0].source == FileSource(folder / "sub" / "b.mkv")
    path = save(folder, manifest(case(source={"path": "b.mkv"}), root="nowhere"))
    given = load_suite(path, root=folder / "sub")
    assert given.cases[0].source == FileSource(folder / "sub" / "b.mkv")


class TestHash:
    def test_is_the_same_wherever_the_files_are(self, folder: Path) -> None:
        first = load_suite(save(folder, manifest()))
        (folder / "moved").mkdir()
        (folder / "a.mkv").rename(folder / "moved" / "a.mkv")
        moved = load_suite(save(folder, manifest(root="moved")))
        deeper = load_suite(save(folder, manifest(case(source={"path": "moved/a.mkv"}))))
        assert first.sha256 == moved.sha256 == deeper.sha256

    def test_ignores_the_order_of_keys_and_defaults_spelled_out(self, folder: Path) -> None:
        turned = dict(reversed(case(source={"start": 0, "path": "a.mkv"}, tags=[]).items()))
        first, second = (load_suite(save(folder, manifest(each))) for each in (case(), turned))
        assert first.sha256 == second.sha256

    @pytest.mark.parametrize(
        "changed",
        [
            manifest(version="2"),
            manifest(case("bear2")),
            manifest(case(category="human")),
            manifest(case(caption="two bears")),
            manifest(case(prompts=[{"id": "p", "kind": "subject", "text": "a cat"}])),
            manifest(case(prompts=[{"id": "p", "kind": "scene", "text": "a dog"}])),
            manifest(case(source={"path": "sub"})),
            manifest(case(source={"path": "a.mkv", "stop": 3})),
            manifest(case(sha256="1" * 64)),
            manifest(case(), scene()),
        ],
    )
    def test_changes_with_what_is_asked(self, folder: Path, changed: dict[str, Any]) -> None:
        before = load_suite(save(folder, manifest()))
        assert load_suite(save(folder, changed)).sha256 != before.sha256


class TestProblems:
    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            (
                manifest(case(category="camra")),
                "case 'bear': category: 'camra' is not allowed. Did you mean 'camera'? "
                "Allowed: camera, single_object, multi_object, human.",
            ),
            (
                manifest(case(capton="x")),
                "case 'bear': capton: is not a known field. Did you mean 'caption'? "
                "Known: id, category, caption, prompts, source, sha256, tags.",
            ),
            (
                manifest(case(prompts=[{"id": "p", "kind": "free", "txt": "x", "text": "y"}])),
                "case 'bear': prompts[0].txt: is not a known field. Did you mean 'text'? "
                "Known: id, kind, text.",
            ),
            (
                manifest(desription="x"),
                "desription: is not a known field. Did you mean 'description'? "
                "Known: name, version, description, root, cases.",
            ),
            (
                manifest(scene(sed=1)),
                "case 'pan': source.sed: is not a known field. Did you mean 'seed'? "
                "Known: scene, seed, frames, height, width, fps.",
            ),
            (manifest(case(prompts=[])), "case 'bear': prompts: is empty."),
            (
                manifest(case(prompts=[{"id": "p", "kind": "subject", "text": " "}])),
                "case 'bear': prompts[0]: text: is empty; only a prompt of kind 'free' may be, "
                "not 'subject'.",
            ),
            (
                manifest(case(prompts=[{"id": "p", "kind": "free", "text": "x"}] * 2)),
                "case 'bear': prompts: more than one has the id 'p'.",
            ),
            (
                manifest(case("Bear Walk")),
                "case 'Bear Walk': id: 'Bear Walk' is not lower case letters, digits, '-' and "
                "'_', beginning with a letter or digit.",
            ),
            (
                manifest(case(), scene(), case()),
                "case 'bear': cases number 1 and 3 have this id; ids must be unique.",
            ),
            (
                manifest(case(sha256="ABC")),
                "case 'bear': sha256: 'ABC' is not 64 hexadecimal digits in lower case.",
            ),
            (
                manifest(case(source={"start": 3})),
                "case 'bear': source.path: is missing.",
            ),
            (
                manifest(case(source={"path": "a.mkv", "start": 3, "stop": 3})),
                "case 'bear': source: stop: 3 must be greater than start, 3.",
            ),
            (manifest(version=1), "version: 1 is not text; put it in quotes."),
            (manifest(7), "case number 1: 7 is not a set of fields."),
            (manifest(cases=[]), "cases: is empty."),
            ([1], "[1] is not a set of fields."),
            (
                manifest(scene(scene="camera/pam")),
                "case 'pan': source: Unknown scene 'camera/pam'. Did you mean 'camera/pan'?",
            ),
            (
                manifest(scene(seed=5)),
                "case 'pan': source: build_scene: seed 5 is not a seed of split 'eval'",
            ),
            (
                manifest(scene(height=4)),
                "case 'pan': source: cannot draw 3 frames of 4 x 24 pixels",
            ),
            (
                manifest({**scene(), "category": "human"}),
                "case 'pan': category: 'human', but 'camera/pan' is 'camera'.",
            ),
            (
                manifest(case(source={"path": "c.mkv"})),
                "case 'bear': source.path: 'c.mkv' does not exist in ",
            ),
            (
                manifest(case(source={"path": "../a.mkv"})),
                "case 'bear': source.path: '../a.mkv' leaves the root, ",
            ),
            (
                manifest(case(source={"path": "/etc/hosts"})),
                "case 'bear': source.path: '/etc/hosts' is absolute; it must be relative to ",
            ),
        ],
    )
    def test_is_named(self, folder: Path, content: Any, complaint: str) -> None:
        first, *lines = complaints(folder, content)
        assert first == f"{folder / 'suite.yaml'} cannot be used. Correct the following:"
        assert any(line.startswith(f"  - {complaint}") for line in lines)

    def test_all_are_reported_at_once(self, folder: Path) -> None:
        content = manifest(
            case(capton="x", category="camra"),
            case("two", source={"path": "c.mkv"}),
            scene("two", seed=5),
            verson="2",
        )
        assert len(complaints(folder, content)) == 1 + 6

    def test_a_link_must_not_lead_out_of_the_root(self, folder: Path) -> None:
        (folder / "sub" / "link.mkv").symlink_to(folder / "a.mkv")
        content = manifest(case(source={"path": "link.mkv"}), root="sub")
        assert "'link.mkv' leaves the root" in complaints(folder, content)[1]

    def test_a_missing_root_is_one_problem(self, folder: Path) -> None:
        lines = complaints(folder, manifest(case(), case("b"), root="nowhere"))
        assert lines[1:] == [
            f"  - root: there is no folder {folder / 'nowhere'}. Give the one that holds the files."
        ]

    def test_a_key_given_twice(self, folder: Path) -> None:
        text = "name: a\nversion: '1'\nname: b\ncases: []\n"
        assert "the key 'name' is given twice" in complaints(folder, text)[0]

    def test_what_is_no_yaml(self, folder: Path) -> None:
        assert "suite.yaml: this is not YAML" in complaints(folder, "{a: [")[0]

    def test_what_is_no_text(self, folder: Path) -> None:
        (folder / "suite.yaml").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(ManifestError, match=r"suite\.yaml: this manifest cannot be read"):
            load_suite(folder / "suite.yaml")

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(ManifestError, match=r"none\.yaml: this manifest cannot be read: .*No"):
            load_suite(tmp_path / "none.yaml")

    def test_a_name_that_is_not_there(self) -> None:
        with pytest.raises(UnknownNameError, match=r"Unknown suite 'scens'.*ending in \.yaml"):
            load_suite("scens")


class TestReference:
    def load(self, folder: Path, entry: dict[str, Any]) -> Clip:
        return load_reference(load_suite(save(folder, manifest(entry))).cases[0])

    def test_a_file(self, folder: Path) -> None:
        found = self.load(folder, case(source={"path": "a.mkv", "start": 1, "stop": 3}))
        np.testing.assert_array_equal(found.frames, clip(10).frames[1:3])

    def test_a_scene(self, folder: Path) -> None:
        found, again = self.load(folder, scene()), self.load(folder, scene())
        assert found.frames.shape == (3, 16, 24, 3)
        assert found.fps == 8.0
        np.testing.assert_array_equal(found.frames, again.frames)

    @pytest.mark.parametrize("make", [case, scene])
    def test_the_right_hash_passes(self, folder: Path, make: Callable[..., dict[str, Any]]) -> None:
        found = self.load(folder, make())
        right = {**make(), "sha256": content_sha256(found.frames, found.fps)}
        np.testing.assert_array_equal(self.load(folder, right).frames, found.frames)

    @pytest.mark.parametrize("make", [case, scene])
    def test_the_wrong_hash_names_both(
        self, folder: Path, make: Callable[..., dict[str, Any]]
    ) -> None:
        found = self.load(folder, make())
        message = (
            f"have the hash {content_sha256(found.frames, 8.0)}, but the suite says {'0' * 64}"
        )
        with pytest.raises(ManifestError, match=re.escape(message)):
            self.load(folder, {**make(), "sha256": "0" * 64})

    def test_a_file_that_vanished_is_named(self, folder: Path) -> None:
        loaded = load_suite(save(folder, manifest())).cases[0]
        (folder / "a.mkv").unlink()
        with pytest.raises(VideoError, match=r"a\.mkv: no such file"):
            load_reference(loaded)


def test_every_suite_that_ships_loads_and_says_what_it_is() -> None:
    for name, description in list_suites():
        suite = load_suite(name, check_files=False)
        assert (suite.name, suite.description) == (name, description)
        assert description


def test_footage_that_was_not_fetched_is_named_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTIONBENCH_DATA", str(tmp_path / "none"))
    with pytest.raises(ManifestError, match="motionbench fetch motionbench-public"):
        load_suite("motionbench_public")


def test_every_so_manieth_frame_at_the_rate_that_leaves(folder: Path) -> None:
    source = {"path": "a.mkv", "start": 1, "step": 2}
    loaded = load_suite(save(folder, manifest(case(source=source)))).cases[0]
    reference = load_reference(loaded)
    assert (len(reference), reference.fps) == (2, 4.0)
    write_suite(Suite("s", "1", "", (loaded,), ""), folder / "again.yaml")
    assert load_suite(folder / "again.yaml").cases[0] == loaded


def test_the_example_of_the_field_table_is_a_manifest(tmp_path: Path) -> None:
    readme = Path(__file__).parent.parent / "data_manifests" / "README.md"
    example = (
        readme.read_text(encoding="utf-8")
        .split("```yaml\n")[1]
        .split("```")[0]
        .replace("0d6c…", "0" * 64)
    )
    (tmp_path / "footage").mkdir()
    encode(clip(1), tmp_path / "footage" / "bus.mp4")
    suite = load_suite(save(tmp_path, example))
    assert isinstance(suite, Suite)
    assert suite.cases[0].tags == ("rain",)
