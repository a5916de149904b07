#!/usr/bin/env bash
# onnxruntime 1.30.0 (1.32.0 does the same). A matrix of 128 MiB lies in a file of external data, which the runtime maps: a model that
# multiplies by it takes next to none of the process's own memory. Where the file has the same bytes in one row, and the model reshapes
# them, one would expect the same, as a Reshape computes nothing. Seen: with the basic optimisers, which are on by default, the Reshape is
# folded as a constant, and its result is a copy of 128 MiB that stays as long as the session. Without that one optimiser there is none.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "onnxruntime==1.30.0 onnx==1.22.0 numpy==2.4.6" <<'PY'
import os, tempfile
import numpy, onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper

ROWS, COLUMNS = 8192, 4096
folder = tempfile.mkdtemp()
with open(os.path.join(folder, "matrix"), "wb") as file:
    file.write(numpy.ones((ROWS, COLUMNS), numpy.float32).tobytes())

def kept(reshaped, without=()):
    """MiB of its own that the process has more with a session open that has run once."""
    matrix = TensorProto(name="matrix", data_type=TensorProto.FLOAT, data_location=TensorProto.EXTERNAL)
    matrix.dims.extend([ROWS * COLUMNS] if reshaped else [ROWS, COLUMNS])
    for key, value in (("location", "matrix"), ("offset", "0"), ("length", str(4 * ROWS * COLUMNS))):
        matrix.external_data.add(key=key, value=value)
    shape = numpy_helper.from_array(numpy.array([ROWS, COLUMNS]), "shape")
    nodes = [helper.make_node("Reshape", ["matrix", "shape"], ["seen"])] if reshaped else []
    nodes.append(helper.make_node("MatMul", ["x", "seen" if reshaped else "matrix"], ["y"]))
    graph = helper.make_graph(
        nodes, "product", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, ROWS])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, COLUMNS])], [matrix, shape] if reshaped else [matrix],
    )
    place = os.path.join(folder, "model.onnx")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), place)
    onnx.checker.check_model(place)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.add_session_config_entry("session.disable_prepacking", "1")
    own = lambda: next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("RssAnon"))
    before = own()
    session = onnxruntime.InferenceSession(place, options, providers=["CPUExecutionProvider"], disabled_optimizers=list(without))
    session.run(None, {"x": numpy.ones((1, ROWS), numpy.float32)})
    return own() - before

kept(False)
plain, view, unfolded = kept(False), kept(True), kept(True, ["ConstantFolding"])
print(f"onnxruntime {onnxruntime.__version__}: {plain:.0f} MiB as a matrix, {view:.0f} MiB reshaped, {unfolded:.0f} MiB reshaped without ConstantFolding")
assert plain < 32 and unfolded < 32 and view > 120
PY
