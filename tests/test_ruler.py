"""A ruler's fingerprint changes exactly with what changes its numbers."""

import json
from dataclasses import replace

import cv2
import pytest

from motionbench.errors import UnknownNameError, WeightsError
from motionbench.metrics.catalog import METRICS, MetricParameters
from motionbench.ruler import Ruler, load_ruler, overrides_of
from motionbench.trackers.lucas_kanade import LucasKanade


@pytest.fixture(scope="module")
def embedded() -> Ruler:
    return load_ruler("embedded", offline=True)


def test_the_embedded_ruler_says_what_it_is(embedded):
    identity = embedded.identity()
    assert json.loads(json.dumps(identity, allow_nan=False)) == identity
    assert identity["name"] == "embedded"
    assert identity["tracker"]["name"] == "lucas_kanade"
    assert identity["metrics"] == {name: spec.version for name, spec in METRICS.items()}
    assert embedded.id == f"embedded-{identity['fingerprint']}"
    assert len(identity["fingerprint"]) == 12


def test_settings_change_the_fingerprint(embedded):
    changed = [
        replace(embedded, grid_size=21),
        replace(embedded, working_size=321),
        replace(embedded, max_frames=25),
        replace(embedded, parameters=MetricParameters(speed_floor=0.1)),
    ]
    fingerprints = {ruler.fingerprint() for ruler in [embedded, *changed]}
    assert len(fingerprints) == 5
    assert replace(embedded, name="other").fingerprint() == embedded.fingerprint()


def test_metric_versions_change_the_fingerprint(embedded, monkeypatch):
    before = embedded.fingerprint()
    spec = METRICS["speed_ratio"]
    monkeypatch.setitem(METRICS, "speed_ratio", replace(spec, version=spec.version + 1))
    assert embedded.fingerprint() != before


def test_versions_of_libraries_are_recorded_but_do_not_split_boards(embedded, monkeypatch):
    before = embedded.fingerprint()
    monkeypatch.setattr(cv2, "__version__", "99.0")
    assert embedded.identity()["environment"]["tracker"]["opencv"] == "99.0"
    assert embedded.fingerprint() == before


def test_backends_change_the_fingerprint(embedded, monkeypatch):
    class Other(LucasKanade):
        def identity(self):
            return {**super().identity(), "window": 99}

    assert replace(embedded, tracker=Other()).fingerprint() != embedded.fingerprint()


def test_overrides_reach_ruler_and_metrics():
    ruler = load_ruler("embedded", overrides={"grid_size": 5, "speed_floor": 0.01})
    assert (ruler.grid_size, ruler.parameters.speed_floor) == (5, 0.01)


def test_unknown_names_are_refused():
    with pytest.raises(UnknownNameError, match=r"Unknown ruler 'embeded'. Did you mean 'embedded'"):
        load_ruler("embeded")
    with pytest.raises(UnknownNameError, match=r"Unknown ruler setting 'gridsize'.*'grid_size'"):
        load_ruler("embedded", overrides={"gridsize": 5})


def test_auto_takes_what_is_ready(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(WeightsError):
        load_ruler("standard", offline=True)
    assert load_ruler("auto").name == "embedded"


def test_a_ruler_is_made_again_from_what_it_says(embedded):
    other = load_ruler("embedded", overrides={"grid_size": 9, "speed_floor": 0.1})
    told = json.loads(json.dumps(other.identity()))
    assert load_ruler("embedded", overrides=overrides_of(told)).id == other.id != embedded.id
