#!/usr/bin/env bash
# onnxruntime 1.30.0, CPU provider. `session.save_external_prepacked_constant_initializers` writes a model whose matrices lie in its
# data file as the kernels pack them, beside the plain ones, "to memory map pre-packed initializers on model load". One would expect
# such a file to open without packing. Seen: each plain matrix is packed again at every load, and the packed one is taken only where
# the new one has its hash. So with a plain matrix that was doubled afterwards the products double, the packed one being left aside;
# and of a packed one that was doubled, under its old hash, they double too, as the new one is dropped for it. It saves memory, not
# the time of packing (to which a hash of all bytes is added).
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "onnxruntime==1.30.0 onnx==1.20.0 numpy" <<'PY'
import os, re, tempfile, numpy as np, onnx, onnxruntime as rt
from onnx import TensorProto, helper, numpy_helper

folder = tempfile.TemporaryDirectory()
os.chdir(folder.name)
size = 256
weight = np.random.default_rng(1).standard_normal((size, size)).astype(np.float32)
graph = helper.make_graph(
    [helper.make_node("MatMul", ["x", "w"], ["y"])], "g",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, size])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, size])],
    [numpy_helper.from_array(weight, "w")])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)

options = rt.SessionOptions()
options.graph_optimization_level = rt.GraphOptimizationLevel.ORT_DISABLE_ALL
options.optimized_model_filepath = "saved.onnx"
for key, value in {
    "save_external_prepacked_constant_initializers": "1",
    "optimized_model_external_initializers_file_name": "saved.bin",
    "optimized_model_external_initializers_min_size_in_bytes": "0",
}.items():
    options.add_session_config_entry("session." + key, value)
rt.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])

told = {entry.key: entry.value for entry in onnx.load("saved.onnx", load_external_data=False).graph.initializer[0].external_data}
print(told)
plain = int(told["offset"]), int(told["length"])
packed = tuple(map(int, re.match(r".*\|(\d+);(\d+);0$", told["prepacked_0"]).groups()))
original = open("saved.bin", "rb").read()
x = np.ones((1, size), np.float32)

def product(doubled=None):
    data = bytearray(original)
    if doubled:
        offset, length = doubled
        data[offset:offset + length] = (2 * np.frombuffer(original[offset:offset + length], np.float32)).tobytes()
    open("saved.bin", "wb").write(data)
    options = rt.SessionOptions()
    options.graph_optimization_level = rt.GraphOptimizationLevel.ORT_DISABLE_ALL
    return rt.InferenceSession("saved.onnx", options, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]

as_saved, after_plain, after_packed = product(), product(plain), product(packed)
print("as saved", as_saved[0, :3], "plain doubled", after_plain[0, :3], "packed doubled", after_packed[0, :3])
assert np.allclose(as_saved, x @ weight, atol=1e-3)
assert np.allclose(after_plain, 2 * as_saved) and np.allclose(after_packed, 2 * as_saved)
PY
