import math
from dataclasses import replace

import numpy as np
import pytest

from motionbench.audit import cheats, entries, gaming
from motionbench.audit.cheats import ENTRANTS, Asked, Carried, Mirrored, NoiseInstead, Slowed
from motionbench.audit.lab import Lab, Shot
from motionbench.audit.scale import Scale
from motionbench.cases import CATEGORIES, Clip
from motionbench.embedders import load_embedder
from motionbench.leaderboard.flags import FLAGS
from motionbench.ruler import Ruler
from motionbench.scenes.captions import Background, caption, is_held_out
from motionbench.scenes.catalogue import SEEDS, build_scene
from motionbench.scenes.palette import COLOURS
from motionbench.trackers.lucas_kanade import LucasKanade

SCALE = Scale(scenes=1, frames=9, size=96)


@pytest.fixture(scope="module")
def lab():
    ruler = Ruler("test", LucasKanade(), load_embedder("clip-nano"), grid_size=16, working_size=128)
    return Lab(ruler, workers=2, show_progress=False)


@pytest.fixture(scope="module")
def scores(lab):
    return entries.measure(lab, entries.ask(lab, SCALE))


@pytest.fixture(scope="module")
def section(lab, scores):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gaming, "measure", lambda lab, asked: scores)
        return gaming.run(lab, SCALE)


def table(section, name):
    return next(table for table in section.tables if table.name == name).rows


def only(section, name, **chosen):
    (row,) = (
        row
        for row in table(section, name)
        if all(row[key] == value for key, value in chosen.items())
    )
    return row


def gradient(frames=8, height=16, width=24):
    """Brighter to the right; every frame brighter than the last."""
    across = np.arange(width, dtype=np.uint8)[None, None, :, None] * 4
    later = np.arange(frames, dtype=np.uint8)[:, None, None, None] * 10
    return Clip(np.broadcast_to(across + later, (frames, height, width, 3)).copy(), 8.0)


class TestSection:
    def test_every_cheat_is_flagged_and_no_honest_row(self, section):
        assert section.name == "gaming"
        assert [finding.subject for finding in section.findings] == [e.name for e in ENTRANTS]
        assert {finding.severity for finding in section.findings} == {"good"}
        for row in table(section, "flags"):
            assert bool(row["all"]) != row["honest"], row["entrant"]

    @pytest.mark.parametrize(
        ("name", "letter"),
        [
            ("copy", "R"),
            ("slow_copy", "R"),
            ("mirrored_copy", "R"),
            ("recoloured_copy", "E"),
            ("recoloured_to_prompt", "E"),
            ("moving_noise", "N"),
            ("moving_still", "C"),
        ],
    )
    def test_each_cheat_is_caught_for_what_it_does(self, section, name, letter):
        assert letter in only(section, "flags", entrant=name)["all"].split()

    def test_scores_are_told_by_category(self, section):
        rows = table(section, "scores")
        assert [row["category"] for row in rows[:5]] == ["all", *CATEGORIES]
        assert len(rows) == 5 * len(ENTRANTS)
        cells = [cell for row in rows for cell in row.values()]
        assert not any(isinstance(cell, float) and math.isnan(cell) for cell in cells)
        copy = only(section, "scores", entrant="copy", category="all")
        assert copy["motion_fidelity"] == pytest.approx(1)
        assert copy["appearance_leakage"] == pytest.approx(1)
        assert copy["text_rank"] == 0
        transfer = only(section, "scores", entrant="transfer", category="all")
        other = only(section, "scores", entrant="other_motion", category="all")
        assert transfer["motion_fidelity"] > other["motion_fidelity"]

    def test_bounds_stand_between_cheats_and_honest_rows(self, section):
        rows = table(section, "bounds")
        assert len(rows) == sum(len(spec.criteria) for spec in FLAGS)
        structure = only(section, "bounds", metric="structure_leakage")
        assert structure["honest_high"] < structure["bound"] < structure["cheats_high"]
        objects = only(section, "bounds", metric="object_presence")
        assert objects["cheats_low"] < objects["bound"] < objects["honest_low"]
        speed = only(section, "bounds", flag="S")
        assert (speed["measured"], structure["measured"]) == ("share", "mean")

    def test_both_kinds_of_fault_are_found(self, lab, scores, monkeypatch):
        """Cheats that call themselves honest, and honest rows that should have been flagged."""
        swapped = tuple(replace(entrant, honest=not entrant.honest) for entrant in ENTRANTS)
        monkeypatch.setattr(gaming, "ENTRANTS", swapped)
        monkeypatch.setattr(gaming, "measure", lambda lab, asked: scores)
        findings = gaming.run(lab, SCALE).findings
        assert {finding.severity for finding in findings} == {"fault"}
        told = {finding.subject: finding.text for finding in findings}
        assert told["copy"].startswith("is honest and flagged in all")
        assert told["transfer"].endswith("cheats, and no flag is raised.")


class TestWhatIsAsked:
    def test_prompts_change_the_picture_and_stay_on_the_side_of_evaluation(self, lab):
        asked = entries.ask(lab, replace(SCALE, scenes=4))
        assert len(asked) == 16
        assert {each.reference.scene.category for each in asked} == set(CATEGORIES)
        assert {each.kind for each in asked} == {"subject", "scene"}
        for each in asked:
            shown = each.reference.scene.appearance
            assert is_held_out(each.appearance)
            assert caption(each.appearance) != caption(shown)
            kept = each.appearance.background == shown.background
            assert kept == (each.kind == "subject")
            assert len(each.steps) == SCALE.frames - 1
            assert each.answer.motion == each.reference.scene.motion
            assert each.answer.seed != each.reference.scene.seed

    def test_hues_are_turned_from_one_colour_to_the_other(self):
        scene = build_scene("single_object/line", SEEDS["eval"].start, split="eval")
        red, blue = (
            replace(scene.appearance, background=Background("dotted", colour))
            for colour in ("red", "blue")
        )
        asked = Asked(Shot(replace(scene, appearance=red)), "scene", blue, ())
        turn = cheats.hue_to_prompt(asked)
        assert cheats.can_be_hit(asked)
        assert turn % 360 == pytest.approx(225, abs=10)  # red 0, blue 225 degrees
        dark = np.array(COLOURS["red"][0], dtype=np.uint8)
        clip = Clip(np.broadcast_to(dark, (1, 4, 4, 3)).copy(), 1.0)
        turned = cheats.Recoloured(turn)(clip).frames[0, 0, 0].astype(int)
        assert turned.argmax() == 2
        white = replace(red, background=Background("dotted", "white"))
        assert not cheats.can_be_hit(replace(asked, appearance=white))


class TestCheats:
    def test_slowed_shows_the_first_half_in_the_same_time(self):
        clip = gradient(9)
        slow = Slowed()(clip).frames[:, 0, 0, 0] // 10
        assert slow.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4]

    def test_mirrored(self):
        clip = gradient()
        assert (Mirrored()(clip).frames == clip.frames[:, :, ::-1]).all()

    def test_a_carried_still_moves_as_its_steps_say(self):
        clip = gradient(3)
        carried = Carried(((0j, 2 + 1j), (0j, 3 + 0j)))(clip).frames
        assert (carried[0] == clip.frames[0]).all()
        assert (carried[1][:, 4:-4] == clip.frames[0][:, 2:-6]).all()
        assert (carried[2][:, 8:-4] == clip.frames[0][:, 3:-9]).all()

    def test_a_carried_still_zooms_and_rolls_about_the_centre(self):
        clip = gradient(2, height=25, width=25)
        marked = clip.frames.copy()
        marked[0, 12, 18] = 255
        turned = Carried(((1j - 1, 0j),))(replace(clip, frames=marked)).frames[1]
        # Right of the centre turns to below it: x + iy with y down, times i.
        assert (turned[18, 12] == 255).all()
        grown = Carried(((1 + 0j, 0j),))(replace(clip, frames=marked)).frames[1]
        assert (grown[12, 24] == 255).all()

    def test_noise_moves_as_the_scene_does_and_shows_nothing_of_it(self):
        scene = build_scene("camera/pan", SEEDS["eval"].start, split="eval")
        shot = Shot(scene, 5, 64, 64)
        noise = replace(shot, treatment=NoiseInstead(scene)).clip()
        again = replace(shot, treatment=NoiseInstead(scene)).clip()
        assert (noise.frames == again.frames).all()
        grey = noise.frames.astype(int)
        assert (grey.max(axis=-1) == grey.min(axis=-1)).all()
        assert len(noise) == len(shot.clip())
        assert noise.frames.std() > 30
