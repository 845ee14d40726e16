"""Text to video with tuned heads."""

from effivmt_adapter.decoupled_attention import Branch, attached
from effivmt_adapter.tuned_file import Tuned
from motionbench.arrays import Frames
from motionbench.backbones.wan import Backbone


def sample(
    backbone: Backbone,
    tuned: Tuned,
    prompt: str,
    *,
    seed: int,
    frames: int,
    spatial_scale: float = 0.0,
    temporal_scale: float = 1.0,
    steps: int | None = None,
    guidance: float | None = None,
) -> Frames:
    """A clip that shows the prompt and moves as the tuned heads learnt.

    Args:
        backbone: The one tuned on; as before afterwards.
        tuned: Of the reference.
        prompt: What to show.
        seed: Of the noise.
        frames: Of the clip.
        spatial_scale: How much of the spatial LoRA acts, which carries the reference's appearance.
        temporal_scale: How much of the temporal LoRA acts, which carries its motion.
        steps: Of the sampler; the backbone's own number by default.
        guidance: Weight of the prompt; the backbone's own by default.

    Returns:
        ``(frames, H, W, 3)`` uint8.
    """
    branches = [Branch(tuned.spatial, spatial_scale), Branch(tuned.temporal, temporal_scale)]
    with attached(backbone, branches, temporal=tuned.temporal_heads):
        latents = backbone.sample(prompt, seed=seed, frames=frames, steps=steps, guidance=guidance)
    return backbone.decode(latents)
