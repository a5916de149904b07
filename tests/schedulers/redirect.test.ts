import { createScheduler } from "../../companion/schedulers/scheduler.ts";
import { tensor } from "../../companion/tensor.ts";

const at = (values: number[]) => tensor(Float32Array.from(values), [1, 1, 2, 2]);

test.each([
  ["DDIMScheduler", { prediction_type: "epsilon" }],
  ["DDIMScheduler", { prediction_type: "v_prediction" }],
  ["DDIMScheduler", { prediction_type: "sample" }],
  ["EulerDiscreteScheduler", { prediction_type: "epsilon" }],
  ["EulerDiscreteScheduler", { prediction_type: "v_prediction" }],
  ["FlowMatchEulerDiscreteScheduler", {}],
])("redirect() changes what %s %j takes for the finished latent by what is asked for", (_class_name, settings) => {
  const plan = createScheduler({ _class_name, clip_sample: false, ...settings }).setTimesteps(5);
  const [latent, output, change] = [at([1, -2, 0.5, 3]), at([0.3, 0.1, -0.7, 0.2]), at([0.5, 0, -1, 2])];
  for (let i = 0; i < plan.timesteps.length; i++) {
    const before = plan.denoised(i, output, latent);
    const after = plan.denoised(i, plan.redirect(i, output, change), latent);
    after.data.forEach((value, k) => {
      expect(value - before.data[k]!).toBeCloseTo(change.data[k]!, 3);
    });
  }
});
