"""The arrays that cross module borders, by name.

Axes: ``t`` frames, ``n`` points, ``h w`` pixels, ``d`` embedding. Coordinates are pixel centres:
(0, 0) is the centre of the top-left pixel, x to the right, y down. Shapes are checked while the
tests run (beartype); they cost nothing otherwise.

Modules that use these aliases must not postpone annotations (``from __future__ import
annotations``): the shape checker reads them at run time.
"""

import numpy as np
from jaxtyping import Bool, Float32, UInt8

Frames = UInt8[np.ndarray, "_t _h _w 3"]
"""RGB frames, ``uint8``, 0 to 255."""

Tracks = Float32[np.ndarray, "_n _t 2"]
"""(x, y) of each point in each frame, pixels."""

Visibility = Bool[np.ndarray, "_n _t"]
"""True where the point is visible."""

Queries = Float32[np.ndarray, "_n 3"]
"""(t, x, y): where each track starts; t in frames, x and y in pixels."""

Embeddings = Float32[np.ndarray, "_k _d"]
"""Unit-length rows, one per frame or text."""
