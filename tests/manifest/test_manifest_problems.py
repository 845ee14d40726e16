"""What is wrong with a manifest is said of every case at once."""

from pathlib import Path
from typing import Any

import pytest
from manifest_files import case, complaints, manifest, scene

from motionbench.errors import ManifestError, UnknownNameError
from motionbench.manifest import load_suite


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
