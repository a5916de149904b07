#!/usr/bin/env bash
# onnxruntime 1.30.0 (1.32.0 does the same). A chain of additions, each of whose sums is also reshaped, where nothing reads what the Reshape
# gives; optimisers, which would take such nodes away, are off. One would expect a run to take as much memory as without those nodes, or a
# view more. Seen: each sum's memory is kept until the run ends, 256 MiB instead of 8, as if somebody were still to read it. Models that
# are written by programs have such nodes, and sessions without optimisers, or without CommonSubexpressionElimination alone where a
# second Reshape gives the same, take them as they are.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "onnxruntime==1.30.0 onnx==1.22.0 numpy==2.4.6" <<'PY'
import numpy, onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper

COUNT, SIDE = 64, 1024

def peak_of(with_reshape):
    """MiB that a run adds to what is resident at the most: a chain of additions of 4 MiB each."""
    nodes, value = [], "x"
    for i in range(COUNT):
        nodes.append(helper.make_node("Add", [value, "one"], [f"sum{i}"]))
        if with_reshape:
            nodes.append(helper.make_node("Reshape", [f"sum{i}", "flat"], [f"unread{i}"]))
        value = f"sum{i}"
    nodes.append(helper.make_node("ReduceSum", [value], ["y"], keepdims=0))
    graph = helper.make_graph(
        nodes, "chain", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [SIDE, SIDE])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, [])],
        [numpy_helper.from_array(numpy.float32(1), "one"), numpy_helper.from_array(numpy.array([-1]), "flat")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.enable_cpu_mem_arena = False
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    x = numpy.ones((SIDE, SIDE), numpy.float32)
    status = lambda key: next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith(key))
    open("/proc/self/clear_refs", "w").write("5")
    before = status("VmRSS")
    session.run(None, {"x": x})
    return status("VmHWM") - before

without, with_it = peak_of(False), peak_of(True)
print(f"onnxruntime {onnxruntime.__version__}: a run takes {without:.0f} MiB at the most, and {with_it:.0f} MiB with a Reshape of each sum that nothing reads")
assert without < 40 and with_it > 150
PY
