#!/usr/bin/env bash
# onnxruntime 1.30.0, CPU provider. InstanceNormalization (and LayerNormalization alike) of float32 rows: one would expect an error of about
# 1e-7 of the largest value at any length, as PyTorch's has. Seen, of normal numbers: 2e-7 at 4,096 numbers in a row, 1e-6 at a quarter of
# a million, 3e-5 at two million, 2e-4 at eight million: sums are taken at once, in a few float32 numbers, and the error grows with the
# power 1.5 of the length. An image decoder has such rows: a group of 8 channels at 1024 × 1024 pixels is 8.4 million numbers.
# The same norm of moments that are taken of parts of the row first (ReduceMean twice) is below 1e-6 at any of these lengths.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "onnxruntime==1.30.0 onnx==1.20.0 numpy" <<'PY'
import numpy as np, onnx, onnxruntime as rt
from onnx import TensorProto, helper, numpy_helper

def run(nodes, x, weights):
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, x.shape)],
                              [numpy_helper.from_array(value, name) for name, value in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.checker.check_model(model)
    return rt.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]

def at_once(x):
    node = helper.make_node("InstanceNormalization", ["x", "scale", "shift"], ["y"], epsilon=1e-6)
    return run([node], x, {"scale": np.ones(2, np.float32), "shift": np.zeros(2, np.float32)})

def in_parts(x):
    n = lambda *args, **more: helper.make_node(*args, **more)
    nodes = [
        n("Reshape", ["x", "parts"], ["p"]),
        n("ReduceMean", ["p", "inner"], ["m0"]), n("ReduceMean", ["m0", "outer"], ["m"]), n("Sub", ["p", "m"], ["d"]), n("Mul", ["d", "d"], ["s"]),
        n("ReduceMean", ["s", "inner"], ["v0"]), n("ReduceMean", ["v0", "outer"], ["v"]), n("Add", ["v", "eps"], ["e"]), n("Sqrt", ["e"], ["r"]),
        n("Div", ["d", "r"], ["z"]), n("Reshape", ["z", "whole"], ["y"]),
    ]
    ints = lambda *values: np.array(values, np.int64)
    weights = {"parts": ints(1, 2, 64, -1), "whole": ints(*x.shape), "inner": ints(3), "outer": ints(2), "eps": np.array(1e-6, np.float32)}
    return run(nodes, x, weights)

far = {}
for length in (2**12, 2**18, 2**21, 2**23):
    x = np.random.default_rng(1).standard_normal((1, 2, length)).astype(np.float32)
    exact = x.astype(np.float64)
    exact = (exact - exact.mean(-1, keepdims=True)) / np.sqrt(exact.var(-1, keepdims=True) + 1e-6)
    off = lambda y: float(np.abs(y - exact).max() / np.abs(exact).max())
    far[length] = off(at_once(x)), off(in_parts(x))
    print(f"{length:8d} numbers in a row: {far[length][0]:.1e} at once, {far[length][1]:.1e} in parts")
assert far[2**12][0] < 5e-7 and far[2**21][0] > 1e-5 and far[2**23][0] > 1e-4
assert all(parts < 2e-6 for _, parts in far.values())
PY
