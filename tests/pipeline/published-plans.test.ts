/** The plans of large models: each fits, none wider would have, and docs/models.md shows them as the command prints them. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { PLACES, placesWith, planIn, planTable, readReferences } from "../../companion/cli/plan.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { estimateMemory } from "../../companion/graph/memory.ts";
import { Weights } from "../../companion/graph/weights.ts";
import { FLUX2_FAMILY } from "../../companion/opening/flux2-family.ts";
import { planNarrow } from "../../companion/opening/plan-narrow.ts";
import { publishedPlans } from "../../companion/opening/published-plans.ts";
import { asPublished } from "../../companion/opening/transformer-memory.ts";
import { needAt } from "../../shared/memory-rungs.ts";

const plans = publishedPlans();

test.each(PLACES.flatMap((place) => plans.map((plan) => [place.name, plan.name, place, plan] as const)))(
  "%s: the plan of %s fits, and nothing wider does",
  (_, __, place, plan) => {
    const wider = (bits: number | undefined) =>
      plan.transformer[place.on].filter((rung) => (rung.bits ?? 16) > (bits ?? 16));
    for (const count of [0, 1, 4, 10]) {
      const references = readReferences(`${count}`);
      const planned = planIn(plan, place, references);
      for (const rung of wider(planned ? planned.bits : 0)) {
        const reading = plan.encoder[place.on].find(({ bits }) => bits === rung.bits)!;
        expect(Math.max(needAt(rung, placesWith(plan, references)), needAt(reading, 0))).toBeGreaterThan(place.limit);
      }
      if (planned) expect(planned.need).toBeLessThanOrEqual(place.limit);
    }
  },
);

test("the line is the planner's own figure to 1 %, in 8 bits", () => {
  const bits = 8;
  const [config] = FLUX2_FAMILY.published;
  const network = FLUX2_FAMILY.network(config!, asPublished(FLUX2_FAMILY.networks(config!).find("unet")!));
  const { quantizer } = planNarrow(network, bits, "/planned");
  const graph = network.build(new Weights(network.weights), { dialect: DIALECTS.cpu, quantizer });
  const rung = plans[0]!.transformer.cpu.find((each) => each.bits === bits)!;
  for (const places of [1024, 4096, 8192, 36_864]) {
    const { weights, activations } = estimateMemory(graph, { heavyWeights: 2.5 * 2 ** 30, symbols: { S: places } });
    expect(Math.abs(needAt(rung, places) / (weights + activations) - 1)).toBeLessThan(0.01);
  }
});

test("docs/models.md shows what the command prints", () => {
  const text = readFileSync(path.join(__dirname, "../../docs/models.md"), "utf8");
  expect(text).toContain(planTable(plans));
});

test("a reference counts by its own size, and as large as the model sees it at the most", () => {
  const [klein, zImage, qwenImage, flux1] = ["klein 4B", "Z-Image", "Qwen-Image", "FLUX.1"].map(
    (name) => plans.find((plan) => plan.name.includes(name))!,
  );
  const added = (plan: (typeof plans)[number], text: string) => placesWith(plan, readReferences(text)) - 4096;
  expect(added(klein!, "2")).toBe(2 * 4096);
  expect(added(klein!, "512x512, 260x130")).toBe(1024 + 16 * 8);
  expect(added(klein!, "4096x1024")).toBe(128 * 32);
  expect(added(flux1!, "512x256")).toBe(91 * 45);
  expect(added(qwenImage!, "512x256")).toBe(90 * 46);
  expect(added(zImage!, "10")).toBe(0);
});

test.each(["11", "-1", "512", "512x", "0x5", "1x1,,", "a"])("--references %s is refused", (text) => {
  const refused = {
    code: "request-invalid",
    message: expect.stringContaining("is a number from 0 to 10, or as many sizes"),
  };
  expect(() => readReferences(text)).toThrow(expect.objectContaining(refused));
});
