#!/usr/bin/env bash
# ONNX Runtime runs a node's sources by their places in the file, the last one first: a Cast of a weight that stands right before the
# product that needs it, as exporters and people write it, runs before everything else, and with it the Casts of all other layers, so that
# all widened weights lie in memory at once. Written first, at the very beginning of the file, each runs right before its product.
#
# Package: onnxruntime (PyPI) 1.30.0; onnx 1.22.0.
# Input: 48 layers x = relu(x · cast(w)), w float16 [1024, 1024], without graph optimizations, so that nothing is folded, in two files that
# differ in the order of their nodes alone. Both are in topological order, as ONNX asks.
# A good engineer would guess: nodes run in the file's order, or in one that keeps as little as it can; order of independent nodes is no
# matter for memory.
# Seen: written layer by layer, all 48 Casts run before the first product, and 192 MiB are in use at once; written first, one Cast runs
# before each product, and 4 MiB are. Results are the same to the bit.
set -euo pipefail
FOLDER=$(mktemp -d)
trap 'rm -rf "$FOLDER"' EXIT
python3 -m venv "$FOLDER/venv"
"$FOLDER/venv/bin/pip" install --quiet onnxruntime==1.30.0 onnx==1.22.0 numpy
cd "$FOLDER"
"$FOLDER/venv/bin/python" - <<'PYTHON'
import json
import sys

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

LAYERS, WIDTH = 48, 1024
generator = np.random.default_rng(1)
weights = [(generator.standard_normal((WIDTH, WIDTH)) / 32).astype(np.float16) for _ in range(LAYERS)]


def model(order):
    casts = [helper.make_node("Cast", [f"w{i}"], [f"wide{i}"], f"cast{i}", to=TensorProto.FLOAT) for i in range(LAYERS)]
    layers = []
    for i in range(LAYERS):
        layers.append(helper.make_node("MatMul", [f"x{i}", f"wide{i}"], [f"p{i}"], f"product{i}"))
        layers.append(helper.make_node("Relu", [f"p{i}"], [f"x{i + 1}"], f"relu{i}"))
    by_layer = [node for i in range(LAYERS) for node in (casts[i], *layers[2 * i : 2 * i + 2])]
    graph = helper.make_graph(
        casts + layers if order == "first" else by_layer,
        order,
        [helper.make_tensor_value_info("x0", TensorProto.FLOAT, [4, WIDTH])],
        [helper.make_tensor_value_info(f"x{LAYERS}", TensorProto.FLOAT, [4, WIDTH])],
        [numpy_helper.from_array(w, f"w{i}") for i, w in enumerate(weights)],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def run(order):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.enable_profiling = True
    options.profile_file_prefix = order
    session = onnxruntime.InferenceSession(model(order).SerializeToString(), options, ["CPUExecutionProvider"])
    [result] = session.run(None, {"x0": np.ones((4, WIDTH), np.float32)})
    with open(session.end_profiling()) as file:
        events = [e for e in json.load(file) if e["name"].endswith("_kernel_time")]
    events.sort(key=lambda e: e["ts"])
    names = [e["name"].removesuffix("_kernel_time") for e in events]
    first = next(i for i, name in enumerate(names) if name.startswith("product"))
    bytes_in_use = max(int(e["args"]["mem_in_use_peak"]) for e in events if "mem_in_use_peak" in e["args"])
    print(f"{order}: {first} nodes before the first product; at most {bytes_in_use / 2**20:.0f} MiB in use")
    return first, bytes_in_use, result


print("onnxruntime", onnxruntime.__version__)
by_layer, first = run("by-layer"), run("first")
expected = (
    by_layer[0] == LAYERS
    and first[0] == 1
    and by_layer[1] - first[1] > (LAYERS - 4) * WIDTH * WIDTH * 4
    and np.array_equal(by_layer[2], first[2])
)
sys.exit(0 if expected else "It behaves otherwise now.")
PYTHON
