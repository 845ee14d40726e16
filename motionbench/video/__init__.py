"""Video files in and out: the only place that touches codecs.

Scores are measured from stored files, so what matters here is that a file decodes to the same
frames everywhere, and that one that does not decode completely is refused rather than scored in
part. How clips are stored, and why, is in ``docs/decisions/0003-video-storage.md``.
"""

from motionbench.video.decoding import FOLDER_FPS, decode, decoder_identity
from motionbench.video.encoding import encode, encoder_identity, suffix
from motionbench.video.hashing import content_sha256, file_sha256
from motionbench.video.preview import encode_preview

__all__ = [
    "FOLDER_FPS",
    "content_sha256",
    "decode",
    "decoder_identity",
    "encode",
    "encode_preview",
    "encoder_identity",
    "file_sha256",
    "suffix",
]
