#!/usr/bin/env bash
# torch 2.15.0, processor, float32. One would expect a seeded torch.randn(n) to draw a sequence, of which n numbers are taken.
# Seen: below 16 numbers each is drawn by itself from doubles; from 16 on, blocks of 16 uniform numbers become normal ones
# together (the cosine half first), and where n is no multiple of 16 the last 16 are drawn anew. So a latent of 1x4x1x3 is no
# part of one of 1x4x2x2, and of the first 16 numbers of randn(17) only one is that of randn(16).
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "torch==2.15.0 numpy" <<'PY'
import torch
draw = lambda n: torch.randn(n, generator=torch.Generator().manual_seed(7))
same = lambda a, b: [i for i in range(min(len(a), len(b))) if a[i] == b[i]]
print("randn(15) and randn(16) share", same(draw(15), draw(16)))
print("randn(16) and randn(17) share", same(draw(16), draw(17)))
print("randn(16) and randn(32) share", len(same(draw(16), draw(32))), "of 16")
assert same(draw(15), draw(16)) == []
assert same(draw(16), draw(17)) == [0]
assert same(draw(16), draw(32)) == list(range(16))
PY
