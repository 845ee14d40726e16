"""Methods that are run as a command, with stand-ins for the programs of other people."""

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from motionbench.cases import Clip
from motionbench.errors import MethodError
from motionbench.methods.command import CommandMethod, CommandReference, load_recipe
from motionbench.methods.output import check_output
from motionbench.video import decode

WELL_BEHAVED = """
import json, shutil, sys
reference, output, *rest = sys.argv[1:]
with open("seen.json", "w") as file:
    json.dump(rest, file)
shutil.copy(reference, output)
"""

Make = Callable[..., CommandMethod]


@pytest.fixture
def make(write: Callable[[str, str], Path]) -> Make:
    """A recipe that runs a Python program; both lie in the test's folder."""

    def build(program: str, *arguments: str, extra: str = "") -> CommandMethod:
        write("program.py", program)
        argv = [sys.executable, "-I", "-S", "program.py", "{reference}", "{output}", *arguments]
        text = (
            '[card]\nname = "toy"\nversion = "1"\nsummary = "A toy."\nlicence = "MIT"\n'
            f"[command]\nargv = {json.dumps(argv)}\ntimeout_seconds = 30\n{extra}"
        )
        return load_recipe(write("recipe.toml", text))

    return build


def adapt(method: CommandMethod, clip: Clip, tmp_path: Path) -> CommandReference:
    work_dir = tmp_path / "work"
    work_dir.mkdir(exist_ok=True)
    return method.adapt(clip, "a grey wall", seed=7, work_dir=work_dir)


def test_a_clip_goes_out_and_comes_back(make: Make, clip: Clip, tmp_path: Path) -> None:
    method = make(WELL_BEHAVED)
    result = method.generate(adapt(method, clip, tmp_path), "a duck", seed=1)
    check_output(result, reference=clip)
    assert result.frames.shape == clip.frames.shape
    assert result.fps == clip.fps
    # Near-lossless: what the program sees is what we measure against.
    assert np.abs(result.frames.astype(int) - clip.frames).mean() < 4


def test_placeholders_are_filled_and_no_shell_reads_them(
    make: Make, clip: Clip, tmp_path: Path
) -> None:
    method = make(
        WELL_BEHAVED,
        "{prompt}",
        "{caption}",
        "{seed} {frames} {height} {width} {fps}",
        "{{literal}}",
        "{work_dir}",
    )
    prompt = "a \"duck\"; rm -rf $HOME `id` {seed} 'x' \n é"
    method.generate(adapt(method, clip, tmp_path), prompt, seed=12)
    assert json.loads((tmp_path / "seen.json").read_text()) == [
        prompt,
        "a grey wall",
        "12 6 32 48 8",
        "{literal}",
        str(tmp_path / "work"),
    ]


def test_a_broken_rate_is_not_rounded(make: Make, clip: Clip, tmp_path: Path) -> None:
    method = make(WELL_BEHAVED, "{fps}")
    slower = Clip(clip.frames, 29.97)
    method.generate(adapt(method, slower, tmp_path), "a duck", seed=0)
    assert json.loads((tmp_path / "seen.json").read_text()) == ["29.97"]


def test_adapt_runs_once_and_leaves_its_work(make: Make, clip: Clip, tmp_path: Path) -> None:
    argv = [sys.executable, "-I", "-S", "tune.py", "{reference}", "{work_dir}/lora", "{seed}"]
    (tmp_path / "tune.py").write_text(
        "import sys\nwith open(sys.argv[2], 'a') as file: file.write(sys.argv[3] + ' ')\n"
    )
    method = make(WELL_BEHAVED, "{work_dir}/lora", extra=f"[adapt]\nargv = {json.dumps(argv)}\n")
    adapted = adapt(method, clip, tmp_path)
    method.generate(adapted, "a duck", seed=0)
    method.generate(adapted, "a cow", seed=0)
    assert (tmp_path / "work" / "lora").read_text() == "7 "


def test_an_adapt_that_fails_says_so(make: Make, clip: Clip, tmp_path: Path) -> None:
    argv = [sys.executable, "-I", "-S", "-c", "raise SystemExit('no memory')"]
    method = make(WELL_BEHAVED, extra=f"[adapt]\nargv = {json.dumps(argv)}\n")
    with pytest.raises(
        MethodError, match=r"(?s)\[adapt\] of toy ended with exit code 1.*no memory"
    ):
        adapt(method, clip, tmp_path)


def test_jobs_do_not_share_files(make: Make, clip: Clip, tmp_path: Path) -> None:
    method = make(WELL_BEHAVED)
    adapted = adapt(method, clip, tmp_path)
    for prompt, seed in [("a duck", 0), ("a duck", 1), ("a cow", 0), ("a duck", 0)]:
        method.generate(adapted, prompt, seed=seed)
    assert len(list((tmp_path / "work").glob("generate-*/output.mp4"))) == 3


def test_a_crash_is_reported_with_its_last_words(make: Make, clip: Clip, tmp_path: Path) -> None:
    method = make("raise RuntimeError('CUDA out of memory')")
    with pytest.raises(MethodError) as caught:
        method.generate(adapt(method, clip, tmp_path), "a duck", seed=0)
    assert "The [command] of toy ended with exit code 1" in str(caught.value)
    assert "RuntimeError: CUDA out of memory" in str(caught.value)


def test_a_hang_is_ended(make: Make, clip: Clip, tmp_path: Path) -> None:
    method = make("import time\ntime.sleep(60)")
    table = method.recipe.command
    object.__setattr__(table, "timeout_seconds", 0.5)
    with pytest.raises(MethodError, match=r"timeout_seconds = 0\.5"):
        method.generate(adapt(method, clip, tmp_path), "a duck", seed=0)


def test_no_output_is_reported(make: Make, clip: Clip, tmp_path: Path) -> None:
    method = make("print('done')")
    with pytest.raises(
        MethodError, match=r"did not write .*output\.mp4: it wrote no file"
    ) as caught:
        method.generate(adapt(method, clip, tmp_path), "a duck", seed=0)
    assert "stdout.log" in str(caught.value)


def test_output_under_another_name_is_found(make: Make, clip: Clip, tmp_path: Path) -> None:
    method = make(
        "import os, shutil, sys\n"
        "folder = os.path.dirname(sys.argv[2])\n"
        "shutil.copy(sys.argv[1], folder + '/result_0.mp4')\n"
        "open(folder + '/../latents.pt', 'w').close()\n"
    )
    with pytest.raises(MethodError) as caught:
        method.generate(adapt(method, clip, tmp_path), "a duck", seed=0)
    assert "/result_0.mp4" in str(caught.value)
    assert "latents.pt" in str(caught.value)
    assert "reference.mp4" not in str(caught.value)


def test_many_files_are_counted_not_listed(make: Make, clip: Clip, tmp_path: Path) -> None:
    method = make(
        "import os, sys\n"
        "for i in range(30): open(f'{os.path.dirname(sys.argv[2])}/{i:02}.png', 'w').close()\n"
    )
    with pytest.raises(MethodError, match=r"19\.png and 10 more"):
        method.generate(adapt(method, clip, tmp_path), "a duck", seed=0)


def test_a_clip_of_an_earlier_attempt_does_not_pass_for_this_ones(
    make: Make, clip: Clip, tmp_path: Path
) -> None:
    method = make(WELL_BEHAVED)
    method.generate(adapt(method, clip, tmp_path), "a duck", seed=0)
    method = make("print('crashed quietly')")
    with pytest.raises(MethodError, match="did not write"):
        method.generate(adapt(method, clip, tmp_path), "a duck", seed=0)


def test_an_output_that_is_no_video_is_reported(make: Make, clip: Clip, tmp_path: Path) -> None:
    method = make("import sys\nopen(sys.argv[2], 'w').write('nonsense' * 100)")
    with pytest.raises(MethodError, match="command of toy wrote a clip that cannot be decoded"):
        method.generate(adapt(method, clip, tmp_path), "a duck", seed=0)


def test_the_reference_is_a_video_that_others_can_read(
    make: Make, clip: Clip, tmp_path: Path
) -> None:
    adapted = adapt(make(WELL_BEHAVED), clip, tmp_path)
    assert decode(Path(str(adapted.values["reference"]))).frames.shape == clip.frames.shape


def test_an_edited_recipe_is_another_identity(make: Make) -> None:
    assert make(WELL_BEHAVED, "a").identity() != make(WELL_BEHAVED, "b").identity()
    assert make(WELL_BEHAVED, "a").identity() == make(WELL_BEHAVED, "a").identity()


CHOOSES_ITS_NAME = """
import os, shutil, sys
reference, folder, *names = sys.argv[1:]
for name in names:
    os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
    shutil.copy(reference, f"{folder}/{name}")
"""


def chooser(make: Make, writes: str, *names: str) -> CommandMethod:
    """A method whose program writes the reference to names that it chose itself."""
    method = make(CHOOSES_ITS_NAME, *names)
    table = method.recipe.command
    argv = tuple(part.replace("{output}", "{output_dir}") for part in table.argv)
    command = dataclasses.replace(table, argv=argv, writes=writes)
    return CommandMethod(dataclasses.replace(method.recipe, command=command))


@pytest.mark.parametrize(
    ("writes", "name"),
    [
        ("{output_dir}/results.mp4", "results.mp4"),
        ("{output_dir}/run_*/*.mp4", "run_2026/A_duck.mp4"),
        ("{output_dir}/out/**/*_{seed}.mp4", "out/a/b/c_4.mp4"),
        ("{output_dir}/{prompt}.mp4", "a [duck]*.mp4"),
    ],
)
def test_a_clip_is_found_under_the_programs_own_name(
    make: Make, clip: Clip, tmp_path: Path, writes: str, name: str
) -> None:
    method = chooser(make, writes, name)
    result = method.generate(adapt(method, clip, tmp_path), "a [duck]*", seed=4)
    assert result.frames.shape == clip.frames.shape


def test_another_name_than_expected_is_reported(make: Make, clip: Clip, tmp_path: Path) -> None:
    method = chooser(make, "{output_dir}/result_*.mp4", "video1.mp4")
    with pytest.raises(MethodError) as caught:
        method.generate(adapt(method, clip, tmp_path), "a duck", seed=0)
    assert "result_*.mp4: in" in str(caught.value)
    assert "video1.mp4" in str(caught.value)
    assert "`writes` must say where" in str(caught.value)


def test_two_clips_are_not_guessed_between(make: Make, clip: Clip, tmp_path: Path) -> None:
    method = chooser(make, "{output_dir}/*.mp4", "a.mp4", "b.mp4")
    with pytest.raises(MethodError, match=r"wrote 2 clips: a\.mp4, b\.mp4\. `writes` of"):
        method.generate(adapt(method, clip, tmp_path), "a duck", seed=0)


READS_CONFIGS = """
import shutil, sys
reference, output, tuned, config = sys.argv[1:]
shutil.copy(reference, output)
with open("seen.txt", "a") as file: file.write(open(tuned).read() + open(config).read())
"""


def test_config_files_are_written_for_adapt_and_for_each_clip(
    make: Make, write: Callable[[str, str], Path], clip: Clip, tmp_path: Path
) -> None:
    write("base.yaml", "prompt: none\nseed: 1\n")
    extra = """
[adapt]
argv = ["cp", "{work_dir}/train.yaml", "{work_dir}/tuned.yaml"]
[[config_files]]
path = "{work_dir}/train.yaml"
base = "base.yaml"
values = {prompt = "{caption}", seed = "{seed}"}
[[config_files]]
path = "{output_dir}/run.yaml"
base = "base.yaml"
values = {prompt = "{prompt}", seed = "{seed}"}
"""
    method = make(READS_CONFIGS, "{work_dir}/tuned.yaml", "{output_dir}/run.yaml", extra=extra)
    method.generate(adapt(method, clip, tmp_path), 'a "duck"', seed=2)
    assert (tmp_path / "seen.txt").read_text() == (
        'prompt: "a grey wall"\nseed: 7\nprompt: "a \\"duck\\""\nseed: 2\n'
    )
