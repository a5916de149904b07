/** Who takes part, and what is promised beside them. */
import type { ShapesName } from "../shapes.ts";
import type { Promised, Task } from "./table.ts";

export interface Contestant {
  readonly name: string;
  /** Those of one program take turns in one process, where all programs fit beside each other. */
  readonly program: "ours" | "pytorch" | "openvino" | "sd-cpp";
  readonly mode: string;
  /** What it adds to what its program holds, in multiples of the model's weights in float32. */
  readonly holds: number;
  /** Whether it computes on a card, whose drivers reserve more memory than they take. */
  readonly card?: true;
  /** What it does alone. Absent: everything. */
  readonly only?: readonly Task[];
}

/** It makes whole pictures alone. */
export const PICTURES_ALONE: Contestant["program"] = "sd-cpp";

export const CONTESTANTS: readonly Contestant[] = [
  { name: "ours exact", program: "ours", mode: "exact", holds: 1 },
  { name: "ours fast", program: "ours", mode: "fast", holds: 0.5 },
  { name: "PyTorch eager", program: "pytorch", mode: "eager", holds: 1 },
  { name: "PyTorch channels last", program: "pytorch", mode: "channels-last", holds: 0 },
  { name: "PyTorch bf16 autocast", program: "pytorch", mode: "bf16", holds: 0 },
  { name: "OpenVINO f32", program: "openvino", mode: "f32", holds: 1 },
  { name: "OpenVINO default", program: "openvino", mode: "default", holds: 0.5 },
  { name: "stable-diffusion.cpp Q8_0", program: "sd-cpp", mode: "q8_0", holds: 0 },
  { name: "stable-diffusion.cpp fp16", program: "sd-cpp", mode: "f16", holds: 0 },
];

/** What deviations are from, the first that takes part. */
export const REFERENCES = ["PyTorch eager", "ours exact"];

interface Match {
  readonly rows: readonly Task[];
  readonly promised: readonly Promised[];
}

/** What is measured unless it is told otherwise, and what must come of it. */
export const MATCHES: Readonly<Record<ShapesName, Match>> = {
  sd15: {
    rows: ["prepare", "open", "text", "step", "decode512", "decode1024", "picture4", "picture20"],
    promised: [
      // 0.45 of an exact step of ours when that was promised, 5.5 s beside 4.7 s of OpenVINO; an exact one takes less now.
      { ours: "ours fast", theirs: "OpenVINO f32", most: 0.53 },
      { ours: "ours fast", theirs: "OpenVINO default", most: 1 },
      { ours: "ours exact", theirs: "OpenVINO f32", most: 1 },
      { ours: "ours exact", theirs: "PyTorch eager", most: 0.65 },
    ],
  },
  sdxl: { rows: ["prepare", "open", "text", "step", "decode1024", "picture4"], promised: [] },
};
