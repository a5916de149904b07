#!/usr/bin/env bash
# onnxruntime 1.30.0. Attention by parts: each part of the queries is multiplied by the same keys, goes through Softmax and is multiplied
# by the same values. One would expect a network of four times as many parts to take four times as long to open. Seen: about sixteen
# times, on one thread, whatever the numbers are; minutes for 8192 parts. Nearly all of it is the
# optimisers': without them it takes five to six times as long.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "onnxruntime==1.30.0 onnx==1.22.0 numpy==2.4.6" <<'PY'
import time, onnxruntime
from onnx import TensorProto, checker, helper

Level = onnxruntime.GraphOptimizationLevel
FEW, MANY = 500, 2000

def opening(parts, level):
    """Seconds of processor time that a session takes to open, for attention in so many parts."""
    named = lambda letter: [f"{letter}{i}" for i in range(parts)]
    nodes = [helper.make_node("Split", ["queries"], named("part"), axis=0, num_outputs=parts)]
    for part, scores, shares, seen in zip(named("part"), named("scores"), named("shares"), named("seen")):
        nodes.append(helper.make_node("Gemm", [part, "keys"], [scores], transB=1))
        nodes.append(helper.make_node("Softmax", [scores], [shares], axis=-1))
        nodes.append(helper.make_node("MatMul", [shares, "values"], [seen]))
    nodes.append(helper.make_node("Concat", named("seen"), ["result"], axis=0))
    value = lambda name, rows: helper.make_tensor_value_info(name, TensorProto.FLOAT, [rows, 8])
    inputs = [value("queries", parts), value("keys", 64), value("values", 64)]
    graph = helper.make_graph(nodes, "attention", inputs, [value("result", parts)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    start = time.process_time()
    onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return time.process_time() - start

opening(FEW, Level.ORT_ENABLE_ALL)
few, many = (opening(parts, Level.ORT_ENABLE_ALL) for parts in (FEW, MANY))
plain = opening(MANY, Level.ORT_DISABLE_ALL)
print(f"onnxruntime {onnxruntime.__version__}: {FEW} parts open in {few:.2f} s, {MANY} in {many:.2f} s ({many / few:.0f} times as long), and in {plain:.2f} s without optimisers")
assert many > 8 * few and many > 3 * plain
PY
