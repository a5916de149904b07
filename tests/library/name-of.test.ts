import { nameOf } from "../../companion/library/name-of.ts";

test.each([
  ["/m/Lora/ink.v2.safetensors", "ink.v2"],
  ["/m/Lora/pen.SFT", "pen"],
  ["/m/whole model", "whole model"],
  ["/m/canny/diffusion_pytorch_model.safetensors", "canny"],
  ["/m/canny/diffusion_pytorch_model.fp16.safetensors", "canny (fp16)"],
  ["/m/owner--lcm/pytorch_lora_weights.safetensors", "owner/lcm"],
  ["/m/owner--name", "owner/name"],
  ["/m/model", "model"],
  ["/hub/models--owner--lcm/snapshots/0123abcd", "owner/lcm"],
  ["/hub/models--owner--lcm/snapshots/0123abcd/pytorch_lora_weights.safetensors", "owner/lcm"],
  ["/hub/models--owner--lcm/snapshots/0123abcd/ink.safetensors", "ink"],
])("nameOf() calls %s %j", (place, name) => {
  expect(nameOf(place)).toBe(name);
});
