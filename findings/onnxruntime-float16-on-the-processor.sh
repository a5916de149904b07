#!/usr/bin/env bash
# onnxruntime 1.30.0, CPU provider. One would expect a graph in float16 to round to float16 after each operator, as the standard
# says of its types: 300 × 300 is infinite there. Seen: operators without a float16 kernel are computed in float32, and between
# two of them the number is not rounded, at any level of optimisation, also with all of it off: 300 × 300 ÷ 300 is 300, though
# the product alone, as an output, is infinite. So a model that overflows in float16 on a GPU gives right pictures here, and a
# test on the processor proves nothing about a network's float32 islands.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "onnxruntime==1.30.0 onnx==1.20.0 numpy" <<'PY'
import numpy as np, onnx, onnxruntime as rt
from onnx import TensorProto, helper

def run(level, *nodes):
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT16, [1])
    graph = helper.make_graph([helper.make_node(*node) for node in nodes], "g", [value("x")], [value("y")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    options = rt.SessionOptions()
    options.graph_optimization_level = level
    session = rt.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": np.array([300], np.float16)})[0].item()

half = np.array([300], np.float16)
with np.errstate(over="ignore"):
    print("numpy: product", (half * half).item(), "quotient", (half * half / half).item())
for level in (rt.GraphOptimizationLevel.ORT_DISABLE_ALL, rt.GraphOptimizationLevel.ORT_ENABLE_ALL):
    product = run(level, ("Mul", ["x", "x"], ["y"]))
    quotient = run(level, ("Mul", ["x", "x"], ["s"]), ("Div", ["s", "x"], ["y"]))
    print(level, "product", product, "quotient", quotient)
    assert product == float("inf") and quotient == 300
PY
