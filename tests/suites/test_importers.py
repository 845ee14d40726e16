"""Others' lists and own folders as suites."""

from pathlib import Path

import numpy as np
import pytest

from motionbench.cases import Clip, FileSource
from motionbench.errors import ManifestError
from motionbench.manifest import load_suite, write_suite
from motionbench.suites.checks import check_suite
from motionbench.suites.ditflow import import_ditflow
from motionbench.suites.folder import import_folder
from motionbench.video import encode

PROMPTS_JS = """\
const prompts = {
    'goat': {
      'easy': 'A goat, on a rock',
      'medium': 'A "lion" on a rock',
      'hard': "A lion's den",
      'frame_range': '[0, 6, 2]'
    },
    'Car': {
      'easy': 'A car', 'medium': 'A bus', 'hard': 'A ship',
      'frame_range': '[2, 5, 1]',
    }
  };
"""


@pytest.fixture
def prompts_js(tmp_path: Path) -> Path:
    path = tmp_path / "prompts.js"
    path.write_text(PROMPTS_JS)
    return path


def test_their_prompts_become_cases(tmp_path: Path, prompts_js: Path) -> None:
    for name in ("goat", "Car"):
        (tmp_path / "DAVIS/JPEGImages/480p" / name).mkdir(parents=True)
    suite = import_ditflow(prompts_js, davis=tmp_path / "DAVIS")
    write_suite(suite, tmp_path / "ditflow.yaml")
    goat, car = load_suite(tmp_path / "ditflow.yaml").cases
    assert [(p.id, p.kind, p.text) for p in goat.prompts] == [
        ("easy", "caption", "A goat, on a rock"),
        ("medium", "subject", 'A "lion" on a rock'),
        ("hard", "scene", "A lion's den"),
    ]
    assert (goat.caption, goat.category) == ("A goat, on a rock", None)
    assert goat.source == FileSource(tmp_path / "DAVIS/JPEGImages/480p/goat", 0, 6, 2)
    assert (car.id, car.source) == ("car", FileSource(tmp_path / "DAVIS/JPEGImages/480p/Car", 2, 5))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("const prompts = {", "const prompts = [", "no object of quoted keys"),
        ("'[0, 6, 2]'", "'[6, 0, 2]'", r"'goat': frame_range is '\[6, 0, 2\]'"),
        ("'[0, 6, 2]'", "'all'", "'goat': frame_range is 'all'"),
        ("'medium': 'A bus'", "'middle': 'A bus'", "'Car': expected .* found easy, middle"),
        ("'A car'", "open('/etc/passwd')", "no object of quoted keys"),
    ],
)
def test_what_is_not_such_a_file_is_refused(
    tmp_path: Path, prompts_js: Path, old: str, new: str, message: str
) -> None:
    prompts_js.write_text(PROMPTS_JS.replace(old, new))
    with pytest.raises(ManifestError, match=message):
        import_ditflow(prompts_js, davis=tmp_path)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A folder with cat.mp4, of 20 frames, dog.mp4, of 3, and still.mp4."""
    folder = tmp_path / "clips"
    frames = np.random.default_rng(0).integers(0, 255, (20, 128, 128, 3)).astype(np.uint8)
    encode(Clip(frames, 8.0), folder / "cat.mp4")
    encode(Clip(frames[:3, :96], 8.0), folder / "dog.mp4")
    encode(Clip(frames[:1].repeat(16, 0), 8.0), folder / "still.mp4")
    return folder


def table(folder: Path, text: str) -> Path:
    path = folder / "clips.csv"
    path.write_text(text)
    return path


def test_lines_of_one_clip_are_its_prompts(clips: Path) -> None:
    text = (
        "video,caption,prompt,category\n"
        "cat.mp4,a cat,a cat,single_object\n"
        'cat.mp4,,"a dog, on a lawn",\n'
        "dog.mp4,,a fox,\n"
    )
    suite, lines = import_folder(clips, table(clips, text))
    cat, dog = suite.cases
    assert [(p.id, p.kind, p.text) for p in cat.prompts] == [
        ("p0", "caption", "a cat"),
        ("p1", "free", "a dog, on a lawn"),
    ]
    assert (cat.caption, cat.category, dog.category) == ("a cat", "single_object", None)
    assert lines == {"cat": 2, "dog": 4}
    write_suite(suite, clips / "suite.yaml")
    assert load_suite(clips / "suite.yaml").sha256 == suite.sha256


def test_every_problem_is_named_by_its_line(clips: Path) -> None:
    text = (
        "video,caption,prompt,category\n"
        "cat.mp,a cat,a dog,\n"
        "cat.mp4,a cat,,humans\n"
        "dog.mp4,a dog,a fox\n"
        ",a dog,a fox,\n"
        "../clips.csv,x,y,\n"
        "dog.mp4,a dog,a fox,human\n"
        "dog.mp4,a poodle,a fox,human\n"
        ".,a folder,a fox,human\n"
    )
    with pytest.raises(ManifestError) as caught:
        import_folder(clips, table(clips, text))
    assert str(caught.value).splitlines()[1:] == [
        f"  - line 2: there is no video 'cat.mp' (is it 'cat.mp4'?) in {clips}.",
        "  - line 3: category 'humans' is unknown. Did you mean 'human'? Allowed: camera, "
        "single_object, multi_object, human.",
        "  - line 3: prompt is empty.",
        "  - line 4: it has 3 cells, the header has 4; put a text that holds a comma in quotes.",
        "  - line 5: video is empty.",
        f"  - line 6: video '../clips.csv' lies outside {clips}.",
        "  - line 8: caption of 'dog.mp4' is another than in line 7.",
        "  - line 8: this clip and prompt are already in line 7.",
        "  - line 9: video '.' is the folder itself.",
    ]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("vidoe,prompt", "line 1: there is no column 'video' \\(is it 'vidoe'\\?\\)"),
        ("video,prompt,colour", "line 1: unknown column 'colour'"),
        ("video,prompt", "line 1: there is no line below the header"),
    ],
)
def test_a_wrong_header_is_refused(clips: Path, header: str, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        import_folder(clips, table(clips, header + "\n"))


def test_names_that_give_one_id_are_refused(clips: Path) -> None:
    (clips / "Cat!.mp4").touch()
    with pytest.raises(ManifestError, match="would get the same id, 'cat', as the clip of line 2"):
        import_folder(clips, table(clips, "video,prompt\ncat.mp4,a dog\nCat!.mp4,a dog\n"))


def test_clips_are_decoded_and_looked_at(clips: Path) -> None:
    (clips / "broken.mp4").write_bytes((clips / "cat.mp4").read_bytes()[:2000])
    (clips / "copy.mp4").write_bytes((clips / "cat.mp4").read_bytes())
    text = "video,caption,prompt,category\n" + "".join(
        f"{name}.mp4,something,a fox,human\n" for name in ("cat", "dog", "still", "broken", "copy")
    )
    suite, _ = import_folder(clips, table(clips, text))
    found = {
        (finding.case, finding.serious, finding.text.split(";")[0])
        for finding in check_suite(suite)
        if finding.case != "broken"
    }
    assert found == {
        ("dog", False, "its reference has 3 frames"),
        ("dog", False, "its reference is 128 x 96 pixels, which is little to track"),
        ("still", True, "all frames of its reference are the same"),
        ("copy", False, "its reference is that of 'cat', frame by frame"),
    }
    (broken,) = (each for each in check_suite(suite) if each.case == "broken")
    assert broken.serious
    assert "broken.mp4" in broken.text


def test_texts_are_looked_at(clips: Path) -> None:
    suite, _ = import_folder(clips, table(clips, "video,prompt\ncat.mp4,a fox\n"))
    assert [finding.text.split(",")[0] for finding in check_suite(suite)] == [
        "it has no category",
        "it has no caption; methods that tune on the reference want one",
    ]
