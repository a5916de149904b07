#!/usr/bin/env bash
# onnxruntime-node 1.30.0 on Linux and macOS. One would expect a library that runs networks to speak to nobody. Seen: the first
# session writes `deviceid` and `onnxruntime.db` into Microsoft/DeveloperTools/.onnxruntime below the user's cache folder, and
# while the process lives (after about half a minute) it looks up a host of Microsoft's and would send events to it. The Python
# wheel's Privacy.md says so: official builds have telemetry on; the npm package says nothing. With ORT_DISABLE_TELEMETRY=1 in
# the environment before the first session, neither happens.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund onnxruntime-node@1.30.0
# The bytes of an ONNX model: opset 17, one Identity from x to y, float32 of shape [1].
session='const hex = "08083a370a100a017812017922084964656e746974791201675a0f0a0178120a0a08080112040a020801620f0a0179120a0a08080112040a02080142040a001011";
require("onnxruntime-node").InferenceSession.create(Buffer.from(hex, "hex")).then(() => setTimeout(() => {}, 1000));'
for disabled in "" 1; do
  home="$folder/home$disabled"
  HOME="$home" XDG_CACHE_HOME="" ORT_DISABLE_TELEMETRY="$disabled" node -e "$session"
  echo "ORT_DISABLE_TELEMETRY=$disabled: $( (cd "$home" 2>/dev/null && find . -type f | sort | tr '\n' ' ') || echo nothing)"
done
[ -e "$folder/home/.cache/Microsoft/DeveloperTools/.onnxruntime/deviceid" ] && [ ! -e "$folder/home1" ]
