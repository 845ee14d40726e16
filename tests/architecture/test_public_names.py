"""What users import is written down: a name cannot disappear unnoticed."""

import motionbench

PUBLIC = {
    "Case",
    "Clip",
    "Method",
    "MethodCard",
    "MotionBenchError",
    "Prompt",
    "Suite",
    "TrackSet",
    "VideoSpec",
    "__version__",
}


def test_public_names() -> None:
    assert set(motionbench.__all__) == PUBLIC
    assert all(hasattr(motionbench, name) for name in PUBLIC)
