"""Bundles: the honest one is accepted, every planted manipulation is refused with its reason."""

import json
import shutil
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from motionbench.errors import SubmissionError
from motionbench.manifest import load_suite
from motionbench.ruler import load_ruler
from motionbench.submission.bundle import write_bundle
from motionbench.submission.rescore import Rescoring
from motionbench.submission.verify import verify_bundle

METHOD = """\
from motionbench.cases import Clip
from motionbench.methods.base import Method, MethodCard

class Dim(Method):
    card = MethodCard(name="dim", version="1", summary="Darker.", licence="MIT")

    def adapt(self, reference, caption, *, seed, work_dir):
        return reference

    def generate(self, adapted, prompt, *, seed):
        return Clip(adapted.frames // (2 + len(prompt) % 3), adapted.fps)
"""


@pytest.fixture
def honest(motionbench, suite_file: Path, tmp_path: Path) -> Path:
    """A bundle of a whole run of three cases, four clips."""
    method = tmp_path / "dim.py"
    method.write_text(METHOD)
    done = motionbench(
        "eval", "--method", f"{method}:Dim", "--suite", suite_file, "--ruler", "embedded"
    )
    assert done.code == 0, done.err
    (run,) = (tmp_path / "runs").iterdir()
    bundle = tmp_path / "dim.zip"
    write_bundle(run, bundle)
    return bundle


def how(suite_file: Path, tmp_path: Path, **changed: Any) -> Rescoring:
    values = {
        "suite": load_suite(suite_file),
        "ruler": load_ruler("embedded"),
        "sample": None,
        "seed": 0,
        "tolerance": 0.002,
        "cache_dir": tmp_path / "cache",
    }
    return Rescoring(**{**values, **changed})


class Bundle:
    """The files of a bundle, to be changed and packed again with hashes that fit."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.files = {name: archive.read(name) for name in archive.namelist()}

    def lines(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.files[name].splitlines()]

    def put_lines(self, name: str, records: list[dict[str, Any]]) -> None:
        self.files[name] = "".join(json.dumps(record) + "\n" for record in records).encode()

    def edit(self, name: str, change: Callable[[dict[str, Any]], None]) -> None:
        content = json.loads(self.files[name])
        change(content)
        self.files[name] = json.dumps(content).encode()

    def edit_first(self, name: str, change: Callable[[dict[str, Any]], None]) -> None:
        records = self.lines(name)
        change(records[0])
        self.put_lines(name, records)

    @property
    def scores(self) -> str:
        return next(name for name in self.files if name.endswith(".jsonl") and "scores" in name)

    def named(self, part: str) -> list[str]:
        return sorted(name for name in self.files if part in name)

    def write(self, path: Path, *, relist: bool = True) -> Path:
        if relist:
            manifest = json.loads(self.files["bundle.json"])
            manifest["files"] = {
                name: {"sha256": sha256(content).hexdigest(), "bytes": len(content)}
                for name, content in self.files.items()
                if name != "bundle.json"
            }
            self.files["bundle.json"] = json.dumps(manifest).encode()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.files.items():
                archive.writestr(name, content)
        return path


def tampered_score(bundle: Bundle) -> None:
    bundle.edit_first(
        bundle.scores, lambda r: r["scores"]["motion_fidelity"].update(status="ok", value=0.123)
    )


def unscorable_made_up(bundle: Bundle) -> None:
    def change(record: dict[str, Any]) -> None:
        record["scores"]["motion_fidelity"] = {"status": "unscorable", "reason": "no motion"}

    bundle.edit_first(bundle.scores, change)


def swapped_videos(bundle: Bundle) -> None:
    a, b = bundle.named("videos/")[:2]
    bundle.files[a], bundle.files[b] = bundle.files[b], bundle.files[a]


def swapped_with_hashes(bundle: Bundle) -> None:
    records = bundle.lines("generations.jsonl")
    swapped_videos(bundle)
    by_name = {record["video"]: record for record in records}
    a, b = (by_name[name] for name in bundle.named("videos/")[:2])
    for key in ("file_sha256", "content_sha256"):
        a[key], b[key] = b[key], a[key]
    bundle.put_lines("generations.jsonl", records)
    hashes = {(r["case"], r["prompt_id"]): r["content_sha256"] for r in records}
    scores = bundle.lines(bundle.scores)
    for record in scores:
        record["content_sha256"] = hashes[record["case"], record["prompt_id"]]
    bundle.put_lines(bundle.scores, scores)


def missing_case(bundle: Bundle) -> None:
    bundle.edit("plan.json", lambda p: p.update(jobs=[j for j in p["jobs"] if j["case"] != "up"]))
    for name in ("generations.jsonl", bundle.scores):
        bundle.put_lines(name, [r for r in bundle.lines(name) if r["case"] != "up"])
    for name in bundle.named("videos/up/"):
        del bundle.files[name]


def missing_score(bundle: Bundle) -> None:
    bundle.put_lines(bundle.scores, bundle.lines(bundle.scores)[1:])


def foreign_suite(bundle: Bundle) -> None:
    bundle.edit("bundle.json", lambda m: m.update(suite_sha256="0" * 64))
    bundle.edit("run.json", lambda r: r["settings"].update(suite_sha256="0" * 64))


def renamed_suite(bundle: Bundle) -> None:
    def change(run: dict[str, Any]) -> None:
        run["settings"]["suite_version"] = "2"

    bundle.edit("run.json", change)


def renamed_in_the_manifest(bundle: Bundle) -> None:
    bundle.edit("bundle.json", lambda m: m.update(suite="circles@9"))


def edited_settings(bundle: Bundle) -> None:
    bundle.edit("run.json", lambda r: r["settings"].update(method="someone-else"))


def other_ruler(bundle: Bundle) -> None:
    name = bundle.scores.removesuffix(".jsonl")
    bundle.edit(f"{name}.json", lambda ruler: ruler.update(grid_size=3))


def claims_to_be_a_control(bundle: Bundle) -> None:
    bundle.edit("run.json", lambda r: r["card"].update(control=True))


def other_prompt(bundle: Bundle) -> None:
    for name in ("generations.jsonl", bundle.scores):
        bundle.edit_first(name, lambda r: r.update(prompt="an easier prompt"))


def other_part_of_the_reference(bundle: Bundle) -> None:
    bundle.edit_first("generations.jsonl", lambda r: r["conform"].update(frame_indices=[0, 1, 2]))


def not_a_number(bundle: Bundle) -> None:
    bundle.edit_first(
        bundle.scores, lambda r: r["scores"]["motion_fidelity"].update(value=float("nan"))
    )


def cheaper_than_it_was(bundle: Bundle) -> None:
    bundle.edit_first(bundle.scores, lambda r: r["scores"]["peak_memory"].update(value=1.0))


def clip_elsewhere(bundle: Bundle) -> None:
    bundle.edit_first("generations.jsonl", lambda r: r.update(video="../../secret.mp4"))


def not_json(bundle: Bundle) -> None:
    bundle.files["generations.jsonl"] += b"{]\n"


def a_number_too_long(bundle: Bundle) -> None:
    bundle.files["plan.json"] = b"9" * 5000


def a_file_more(bundle: Bundle) -> None:
    bundle.files["README.md"] = b"hello"


MANIPULATIONS = [
    (tampered_score, "motion_fidelity was handed in as 0.1230"),
    (unscorable_made_up, "motion_fidelity was handed in as unscorable"),
    (swapped_videos, "is not the clip that was recorded"),
    (swapped_with_hashes, "was handed in as"),
    (missing_case, "missing in the plan: up caption 0"),
    (missing_score, "missing in the scores"),
    (foreign_suite, "The run answers suite squares 1 (000000000000)"),
    (renamed_suite, "The run answers suite squares 2"),
    (renamed_in_the_manifest, "bundle.json names suite circles@9"),
    (a_number_too_long, "plan.json is not valid JSON"),
    (edited_settings, "run.json was edited"),
    (other_ruler, "says of the ruler is not what"),
    (claims_to_be_a_control, "The card says that the method is a control"),
    (other_prompt, "category, kind or prompt is not the suite's"),
    (other_part_of_the_reference, "is not one that is cut"),
    (not_a_number, "motion_fidelity is nan"),
    (cheaper_than_it_was, "peak_memory is not what the generation's record says"),
    (clip_elsewhere, "the record names the clip '../../secret.mp4'"),
    (not_json, "generations.jsonl, line"),
    (a_file_more, "no file of a bundle has this name"),
]


def test_the_honest_bundle_is_accepted_and_no_manipulated_one(
    honest: Path, suite_file: Path, tmp_path: Path
):
    # One test, so that clips are generated, and their tracks followed, once.
    rescoring = how(suite_file, tmp_path)
    verdict = verify_bundle(honest, rescoring)
    assert (verdict.jobs, verdict.failed, verdict.rescored) == (4, 0, 4)
    for manipulate, reason in MANIPULATIONS:
        bundle = Bundle(honest)
        manipulate(bundle)
        path = bundle.write(tmp_path / f"{manipulate.__name__}.zip")
        with pytest.raises(SubmissionError) as refusal:
            verify_bundle(path, rescoring)
        assert reason in str(refusal.value), manipulate.__name__
        assert str(refusal.value).startswith(str(path)) or manipulate in {
            not_json,
            a_number_too_long,
        }
    bundle = Bundle(honest)
    tampered_score(bundle)
    with pytest.raises(SubmissionError, match="its hash differs"):
        verify_bundle(bundle.write(tmp_path / "stale.zip", relist=False), rescoring)


def test_commands(honest: Path, suite_file: Path, tmp_path: Path, motionbench):
    (run,) = (tmp_path / "runs").iterdir()
    packed = motionbench("submit", run, "--out", "again.zip")
    assert packed.code == 0
    assert (tmp_path / "again.zip").read_bytes() == honest.read_bytes()
    text = b"".join(Bundle(honest).files[name] for name in ("run.json", "generations.jsonl"))
    assert str(tmp_path).encode() not in text
    ask = ("--suite", suite_file, "--sample", 1, "--seed", 5)
    accepted = motionbench("verify", "again.zip", *ask, "--json")
    assert accepted.code == 0, accepted.err
    assert json.loads(accepted.out)["rescored"] == 1
    motionbench("submit", run, "--out", "hashes.zip", "--hashes-only")
    refused = motionbench("verify", "hashes.zip", *ask)
    assert refused.code == 10
    assert "hashes instead of clips" in refused.err
    trusted = motionbench("verify", "hashes.zip", *ask, "--allow-hashes")
    assert trusted.code == 0
    assert "the scores are believed" in trusted.out
    foreign = motionbench("verify", "again.zip", "--suite", "scenes")
    assert foreign.code == 10
    shutil.rmtree(run / "videos")
    gone = motionbench("submit", run, "--out", "none.zip")
    assert gone.code == 10
    assert not (tmp_path / "none.zip").exists()
