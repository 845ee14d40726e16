"""The static site: structure, escaping, what is published and what is not. No browser."""

import json
import re
from dataclasses import asdict
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motionbench.cases import Clip
from motionbench.errors import StoreError
from motionbench.leaderboard import site as site_package
from motionbench.leaderboard.site.build import write_site
from motionbench.leaderboard.site.naming import page_name
from motionbench.leaderboard.site.pages import script_json
from motionbench.metrics.catalog import METRICS
from motionbench.store.info import RunInfo, RunSettings, SuiteSource
from motionbench.video import content_sha256, decode, encode, file_sha256

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{7*7}}\u202e"
RULER = "embedded-000000000000"
VOID = {"meta", "link", "input", "img", "br", "hr"}


class Page(HTMLParser):
    """Elements of a page, and whether they are nested as they should be."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.data, self._open = "", "", []
        self.feed(path.read_text(encoding="utf-8"))
        assert self._open == [], path

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "script":
            self.data += data
        else:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def write_run(root: Path, method: str, *, level: float, control: bool = False, **told: str) -> Path:
    """A run of four cases; case 0 has a clip, another one's clip is not what was recorded."""
    settings = RunSettings(method, "1", {"note": told.get("note", "")}, "made", "1", "a" * 64)
    card = {"name": "x", "summary": told.get("summary", "Fine."), "control": control}
    info = RunInfo.start(
        settings, card=card, reference="x", device="cpu", suite_source=SuiteSource("nowhere.yaml")
    ).with_session(["x"], [0], {"host": "secret-host", "executable": "/secret/py", "cpu": "Fast"})
    run = root / settings.folder_name()
    (run / "scores").mkdir(parents=True)
    (run / "run.json").write_text(json.dumps(asdict(info)))
    clip = run / "clip.mp4"
    pixels = np.random.default_rng(len(method)).integers(0, 255, (4, 32, 32, 3)).astype(np.uint8)
    encode(Clip(pixels, 8.0), clip)
    back = decode(clip)
    digest = content_sha256(back.frames, back.fps)
    plan: list[Any] = []
    made: list[Any] = []
    scored: list[Any] = []
    for k, category in enumerate(["camera", "camera", "human", "human"]):
        for kind in ("caption", "scene"):
            case = told.get("case", "case") + f"-{k}"
            job = {"case": case, "category": category, "prompt_id": kind, "kind": kind, "seed": 0}
            plan.append(job)
            ok = (k, kind) != (3, "scene") or not told.get("error")
            stored = {
                "video": ["clip.mp4", "/etc/passwd", "../../up.mp4", "gone.mp4"][k],
                "content_sha256": digest, "file_sha256": file_sha256(clip),
                "frames": 4, "height": 32, "width": 32, "fps": 8.0,
            }  # fmt: skip
            common = {**job, "prompt": told.get("prompt", "a cat"), "finished": "2026-01-01"}
            made.append(
                {**common, "status": "ok", **stored}
                if ok
                else {**common, "status": "failed", "video": None, "error": told["error"]}
            )
            if ok:
                value = {name: {"status": "ok", "value": level + 0.01 * k} for name in METRICS}
                value["text_rank"] = {"status": "unscorable", "reason": told.get("reason", "why")}
                scored.append(
                    {**common, "ruler": RULER, "content_sha256": digest, "reference_sha256": None,
                     "scores": value, "notes": {}}
                )  # fmt: skip
    (run / "plan.json").write_text(json.dumps({"jobs": plan}))
    for name, records in (("generations", made), (f"scores/{RULER}", scored)):
        (run / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records))
    (run / f"scores/{RULER}.json").write_text(json.dumps({"metrics": dict.fromkeys(METRICS, 1)}))
    return run


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    runs = [
        write_run(root, "alpha", level=0.8),
        write_run(root, "beta", level=0.4),
        write_run(root, "copy", level=0.9, control=True),
    ]
    summary = write_site(runs, root / "site", show_progress=False)
    assert (summary.rows, summary.cases, summary.clips, summary.without_clip) == (3, 4, 6, 18)
    assert len(summary.notes) == 2
    return root / "site"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    told = dict.fromkeys(("note", "summary", "prompt", "error", "reason"), EVIL)
    told["case"] = "../../" + EVIL
    runs = [
        write_run(root, EVIL, level=0.5, **told),
        write_run(root, "../../../up", level=0.4, **told),
    ]
    write_site(runs, root / "deep" / "site", show_progress=False)
    return root / "deep" / "site"


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def test_pages_are_well_formed_and_link_only_to_what_is_there(site: Path):
    assert len(pages(site)) == 4 + 3 + 4
    for path in pages(site):
        page = Page(path)
        links = [
            *(a["href"] for a in (*page.all("a"), *page.all("link"))),
            *(s["src"] for s in page.all("script") if "src" in s),
        ]
        for link in links:
            assert link is not None
            assert not re.match(r"[a-z]+:(?!,)|//", link), (path, link)
            target = link.partition("#")[0]
            assert not target or target == "data:," or (path.parent / target).is_file(), link
        assert page.all("html")[0]["lang"] == "en"
        assert page.all("title")
        assert "secret" not in path.read_text()


def test_nothing_is_said_by_hovering_alone_and_scrollers_have_names(hostile: Path):
    for path in pages(hostile):
        page = Page(path)
        assert not any("title" in cell for cell in page.all("td"))
        for box in (div for div in page.all("div") if "scroll" in (div.get("class") or "")):
            assert box["role"] == "region"
            assert box["aria-label"]


def test_pages_name_no_folder_of_a_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    told = [{"note": f"{tmp_path}/{n}.pt", "error": f"{tmp_path}/{n}.pt is gone"} for n in "ab"]
    runs = [write_run(tmp_path / "runs", "alpha", level=0.5, **each) for each in told]
    write_site(runs, tmp_path / "site", show_progress=False)
    texts = [path.read_text(encoding="utf-8") for path in pages(tmp_path / "site")]
    assert not any(str(tmp_path) in text for text in texts)
    assert any("./a.pt is gone" in text for text in texts)
    assert any("alpha (note=./a.pt)" in text for text in texts)


def test_the_board_names_suite_ruler_and_sections(site: Path):
    page = Page(site / "index.html")
    for part in ("made@1", RULER, "controls", "↑", "↓", "How to read it"):
        assert part in page.text
    rows = [row for row in page.all("tr") if "data-row" in row]
    assert [row["data-name"] for row in rows] == ["alpha", "beta", "copy"]
    heads = [head for head in page.all("th") if "data-sort" in head]
    assert all(head["aria-sort"] == "none" and head["scope"] == "col" for head in heads)


def test_filters_have_the_numbers_of_their_subset(site: Path):
    data = json.loads(Page(site / "index.html").data)
    assert set(data["subsets"]) == {
        "|", "camera|", "human|", "|caption", "|scene", "camera|caption", "camera|scene",
        "human|caption", "human|scene",
    }  # fmt: skip
    mean, low, high, n_ok, n, ok, jobs = data["subsets"]["human|scene"][0][0]
    assert mean == pytest.approx(0.825)
    assert low <= mean <= high
    assert (n_ok, n, ok, jobs) == (2, 2, 2, 2)
    assert data["subsets"]["|"][0][0][3:] == [4, 4, 8, 8]


def test_compare_has_all_values(site: Path):
    data = json.loads(Page(site / "compare.html").data)
    assert [row["label"] for row in data["rows"]] == ["alpha", "beta", "copy"]
    place = [metric["metric"] for metric in data["metrics"]].index("motion_fidelity")
    script = (site / "data" / f"values-{place}.js").read_text()
    values = json.loads(script[script.index(", ") + 2 : script.rindex(")")])
    assert values[0] == pytest.approx([0.8, 0.8, 0.81, 0.81, 0.82, 0.82, 0.83, 0.83])


def test_only_clips_that_are_what_was_recorded_are_published(site: Path):
    tiles = json.loads(Page(site / "cases" / f"{page_name('case-0')}.html").data)["tiles"]
    assert len(tiles) == 6
    assert all((site / "media" / tile["video"]).is_file() for tile in tiles)
    for k in (1, 2, 3):
        tiles = json.loads(Page(site / "cases" / f"{page_name(f'case-{k}')}.html").data)["tiles"]
        assert all(not tile["video"] and "not here" in tile["problem"] for tile in tiles)
    assert len(list((site / "media").iterdir())) == len({t["video"] for t in tiles} - {""}) + 2


def test_what_others_supply_is_only_ever_text(hostile: Path):
    for path in pages(hostile):
        page = Page(path)
        text = path.read_text(encoding="utf-8")
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "\u202e" not in text
        scripts = [s for s in page.all("script") if "src" not in s]
        assert [s.get("type") for s in scripts] == ["application/json"]
        json.loads(page.data)
        for _, attributes in page.elements:
            assert not [name for name in attributes if name.startswith("on")]
    assert "alert(1)" in Page(hostile / "index.html").text  # shown, as what it is
    assert "{{7*7}}" in Page(hostile / "index.html").text


def test_no_name_leads_out_of_the_folder(hostile: Path):
    inside = set(hostile.parents[1].rglob("*.html"))
    assert inside == set(hostile.rglob("*.html"))
    assert all(re.fullmatch(r"[a-z0-9_-]+\.html", path.name) for path in inside)


def test_scripts_never_make_markup_of_text():
    static = Path(site_package.__file__).parent / "static"
    scripts = list(static.glob("*.js"))
    assert len(scripts) > 3
    for path in scripts:
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|fetch\(|https?:",
            path.read_text(),
        ), path
    assert not re.search(r"url\(|@import|https?:", (static / "site.css").read_text())


def test_json_in_a_page_cannot_end_its_element():
    text = script_json({"a": "</script>&\u2028"})
    assert not set(text) & set("<>&\u2028")
    assert json.loads(text) == {"a": "</script>&\u2028"}
    with pytest.raises(ValueError, match="JSON compliant"):
        script_json(float("nan"))


def test_writing_again_removes_pages_that_are_gone_and_keeps_the_rest(tmp_path: Path):
    runs = [write_run(tmp_path, name, level=0.5) for name in ("alpha", "beta")]
    write_site(runs, tmp_path / "site", show_progress=False)
    gone = tmp_path / "site" / "methods" / f"{page_name('beta')}.html"
    assert gone.exists()
    before = (tmp_path / "site" / "index.html").read_bytes()
    write_site(runs[:1], tmp_path / "site", show_progress=False)
    assert not gone.exists()
    write_site(runs, tmp_path / "site", show_progress=False)
    assert (tmp_path / "site" / "index.html").read_bytes() == before


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path):
    run = write_run(tmp_path, "alpha", level=0.5)
    with pytest.raises(StoreError, match="not empty"):
        write_site([run], tmp_path, show_progress=False)
