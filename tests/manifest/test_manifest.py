"""What a manifest says, what its hash depends on, and what its references are."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manifest_files import EVAL_SEED, case, clip, manifest, save, scene

from motionbench.cases import Case, Clip, FileSource, Prompt, SceneSource, Suite
from motionbench.errors import ManifestError, VideoError
from motionbench.manifest import list_suites, load_reference, load_suite, write_suite
from motionbench.video import content_sha256, encode


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
    readme = Path(__file__).parents[2] / "data_manifests" / "README.md"
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
