"""Sizes of ``wan-nano``: the classes of Wan 2.1, with its latent channels and its patches.

33 frames of 48 x 48 pixels are 9 latent frames of 12 x 12, and 2 x 2 of their positions a token. A
token covers 4 x 8 x 8 pixels where Wan's covers 4 x 16 x 16, so that there are nine latent frames
to sample sparsely and 36 tokens to a frame for heads that look around.
"""

from diffusers import AutoencoderKLWan, UniPCMultistepScheduler, WanTransformer3DModel
from transformers import UMT5Config, UMT5EncoderModel

SIDE = 48
"""Height and width of clips, pixels."""

FRAMES = 33
"""Frames of a clip, ``4k + 1``; as many as references of the embedded suite have."""

FPS = 16.0

LATENT_CHANNELS = 16


TEXT_WIDTH = 128
TEXT_TOKENS = 512
"""What ``WanPipeline`` pads each prompt to; the rows after a prompt's own are zero."""

FLOW_SHIFT = 3.0


def build_vae(mean: list[float] | None = None, std: list[float] | None = None) -> AutoencoderKLWan:
    """The autoencoder with random weights.

    Two halvings in space and time make strides of (4, 4, 4) where Wan's are (4, 8, 8): at 48 x 48
    pixels, edges fill most blocks of 8 x 8, and 16 numbers are too few for them. Shortcuts around
    the resampling, as Wan 2.2's has, let it learn sooner.

    Args:
        mean: Of each latent channel; zero where not yet known.
        std: Of each latent channel; one where not yet known.
    """
    return AutoencoderKLWan(
        base_dim=16,
        z_dim=LATENT_CHANNELS,
        dim_mult=[1, 2, 2],
        num_res_blocks=1,
        temperal_downsample=[True, True],
        is_residual=True,
        scale_factor_temporal=4,
        scale_factor_spatial=4,
        latents_mean=mean or [0.0] * LATENT_CHANNELS,
        latents_std=std or [1.0] * LATENT_CHANNELS,
    )


def build_transformer() -> WanTransformer3DModel:
    """The denoiser with random weights: 36 self-attention heads in all."""
    return WanTransformer3DModel(
        patch_size=(1, 2, 2),
        num_attention_heads=6,
        attention_head_dim=32,
        in_channels=LATENT_CHANNELS,
        out_channels=LATENT_CHANNELS,
        text_dim=TEXT_WIDTH,
        freq_dim=256,
        ffn_dim=768,
        num_layers=6,
        rope_max_seq_len=64,
    )


def build_text_encoder(pieces: int) -> UMT5EncoderModel:
    """The text encoder with random weights.

    Args:
        pieces: Of the tokenizer.
    """
    config = UMT5Config(
        vocab_size=pieces,
        d_model=TEXT_WIDTH,
        d_kv=32,
        d_ff=256,
        num_layers=2,
        num_heads=4,
        dropout_rate=0.0,
    )
    return UMT5EncoderModel(config)


def build_scheduler() -> UniPCMultistepScheduler:
    """The sampler that Wan 2.1 is published with."""
    return UniPCMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=FLOW_SHIFT
    )
