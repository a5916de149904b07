#!/usr/bin/env bash
# diffusers 0.42.1, the inpainting pipelines' `mask_processor.blur`. The guide blurs a mask to soften the edge of what is repainted.
# One would expect a small mask to fade. Seen: the pipeline makes the blurred mask black and white again at one half, so an edge is
# never soft, and a mask that is narrow beside the blur is gone: 8x8 pixels at the default factor 4, and 64x64 at the guide's 33.
# Then nothing at all is repainted, and nothing is said.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "torch==2.15.0 diffusers==0.42.1 Pillow==12.0.0 numpy" <<'PY'
import numpy as np
from PIL import Image
from diffusers.image_processor import VaeImageProcessor
# As StableDiffusionInpaintPipeline makes it.
processor = VaeImageProcessor(vae_scale_factor=8, do_normalize=False, do_binarize=True, do_convert_grayscale=True)
def repainted(side, factor):
    pixels = np.zeros((256, 256), np.uint8)
    pixels[128 - side // 2:128 + side // 2, 128 - side // 2:128 + side // 2] = 255
    mask = processor.preprocess(VaeImageProcessor.blur(Image.fromarray(pixels), blur_factor=factor), height=256, width=256)
    assert set(mask.unique().tolist()) <= {0.0, 1.0}
    return int(mask.sum())
for side in (8, 16, 64, 128):
    print(f"{side}x{side}: of {side * side} pixels {repainted(side, 4)} are left at factor 4, {repainted(side, 33)} at 33")
assert repainted(8, 4) == 0 and repainted(64, 33) == 0 and repainted(128, 33) > 0
PY
