/** What all runs of an evaluation share is computed once, and nothing of the result changes. */
import { parseUNetConfig } from "../../companion/checkpoint/config/unet-config.ts";
import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import { hearsLate, unetGraph } from "../../companion/networks/unet.ts";
import { oneByOne } from "../../companion/pipeline/denoiser/one-by-one.ts";
import { sharesFirst } from "../../companion/pipeline/denoiser/open-network.ts";
import { dividedByPrompt, evaluationOf } from "../../companion/pipeline/denoiser/shared-first.ts";
import { stack } from "../../companion/pipeline/tensors.ts";
import { openSession } from "../../companion/runtime/session.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";
import { configOf, deviation, tensorsOf, weightsOf } from "../networks/fixture.ts";

const config = parseUNetConfig(configOf("unet-sd1"));
const DEVICE = { info: { provider: "cpu" } } as const;
const COUNT = 3;

/** In so small parts a larger batch has more of them, and its values have other names. */
const IN_PARTS: Dialect = { ...DIALECTS.cpu, innerBytes: 4000, tiled: { tiles: 0, channels: 1 } };

function graphFor(batch: number, name = "unet-sd1", dialect: Dialect = DIALECTS.cpu) {
  const [, , height, width] = tensorsOf(name, "in.").sample!.dims as [number, number, number, number];
  const tokens = tensorsOf(name, "in.").encoder_hidden_states!.dims[1]!;
  const shape = { batch, height, width, tokens };
  return unetGraph(parseUNetConfig(configOf(name)), weightsOf(name), shape, { dialect });
}

/** Of the fixture, one latent, and prompts that differ. */
function feedsOf(name: string): Record<string, Tensor> {
  const { sample, encoder_hidden_states: states } = tensorsOf(name, "in.");
  const rowOf = ({ dims, data }: Tensor) =>
    tensor(data.slice(0, data.length / dims[0]!) as Float32Array<ArrayBuffer>, [1, ...dims.slice(1)]);
  const prompt = rowOf(states as Tensor);
  const prompts = Array.from({ length: COUNT }, (_, n) =>
    tensor(
      prompt.data.map((value) => value * (n - 0.5)),
      prompt.dims,
    ),
  );
  return {
    sample: stack(Array.from({ length: COUNT }, () => rowOf(sample as Tensor))),
    encoder_hidden_states: stack(prompts),
    timestep: tensor(new Float32Array(COUNT).fill(500), [COUNT]),
  };
}

test("on a card nothing is shared: what passed between two networks would take longer than computing it again", () => {
  const sharing = Object.values(DIALECTS).filter((dialect) => sharesFirst(dialect, config));
  expect(sharing.map(({ provider }) => provider)).toEqual(["cpu"]);
});

test.each([
  ["unet-sd1", 1, DIALECTS.cpu],
  ["unet-sd1", COUNT, DIALECTS.cpu],
  ["unet-sd1", COUNT, IN_PARTS],
  ["unet-no-mid", COUNT, IN_PARTS],
] as const)("%s, %d runs made together: the result is the whole network's", async (name, together, dialect) => {
  expect(hearsLate(parseUNetConfig(configOf(name)))).toBe(true);
  const whole = await openSession(graphFor(COUNT, name, dialect), DEVICE);
  const feeds = () => feedsOf(name);
  const expected = (await whole.run(feeds())).out!;
  const first = await openSession(dividedByPrompt(graphFor(1, name, dialect)).first, DEVICE, { values: "kept" });
  const rest = await openSession(dividedByPrompt(graphFor(together, name, dialect)).rest, DEVICE);
  let begun = 0;
  const counted = {
    inputs: first.inputs,
    run: (fed: Parameters<typeof first.run>[0]) => {
      begun++;
      return first.run(fed);
    },
  };
  const inputs = new Map([...rest.inputs, ...first.inputs]);
  for (const evaluations of [1, 2]) {
    const run = evaluationOf({ first: counted, rest });
    const all = together === COUNT ? run(feeds(), 0) : oneByOne({ run, inputs }, COUNT)(feeds());
    expect(deviation((await all).out!, expected)).toBeLessThan(1e-5);
    expect(begun).toBe(evaluations);
  }
  for (const session of [whole, first, rest]) await session.release();
});

test("a whole self attention lies before the prompt, where the prompt does not come with the time", () => {
  expect(hearsLate(config)).toBe(true);
  expect(dividedByPrompt(graphFor(1)).first.nodes.map(({ operator }) => operator)).toContain("MultiHeadAttention");
  expect(hearsLate(config, { part: "outer", outer: 1 })).toBe(false);
  expect(hearsLate(config, { part: "whole", outer: 1 })).toBe(true);
  for (const other of ["unet-xl", "unet-text"]) expect(hearsLate(parseUNetConfig(configOf(other)))).toBe(false);
});
