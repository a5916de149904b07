#!/usr/bin/env bash
# Pillow 12.0.0 against 13.0.0. One would expect Image.resize(…, BICUBIC), which image processors of CLIP and of diffusers
# stand on, to keep its bytes from release to release. Seen: a tall picture (40x120 to 20x60) gets other bytes since 13,
# because the two passes changed their order for such shapes and rounding to 8 bits lies between them; wide and square ones
# keep theirs. Embeddings of reference pictures, and so pictures of a given seed, move with it.
set -euo pipefail
. "$(dirname "$0")/python.sh"
program='
import hashlib, random
from PIL import Image
random.seed(1)
def bytes_of(width, height, to):
    noise = bytes(random.randrange(256) for _ in range(width * height * 3))
    return hashlib.sha256(Image.frombytes("RGB", (width, height), noise).resize(to, Image.BICUBIC).tobytes()).hexdigest()[:12]
print("wide", bytes_of(120, 40, (60, 20)), "square", bytes_of(64, 64, (32, 32)), "tall", bytes_of(40, 120, (20, 60)))
'
before=$(in_python "pillow==12.0.0" <<<"$program"); after=$(in_python "pillow==13.0.0" <<<"$program")
echo "12.0.0: $before"; echo "13.0.0: $after"
[ "${before% tall *}" = "${after% tall *}" ]
[ "${before##* tall }" != "${after##* tall }" ]
