/** The plans of large models: each fits, none wider would have, and docs/models.md shows them as the command prints them. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { PLACES, planIn, planTable } from "../../companion/cli/plan.ts";
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
    for (const seen of [0, 1, 4, 10]) {
      const planned = planIn(plan, place, seen);
      for (const rung of wider(planned ? planned.bits : 0)) {
        const reading = plan.encoder[place.on].find(({ bits }) => bits === rung.bits)!;
        expect(Math.max(needAt(rung, 4096 * (1 + seen)), needAt(reading, 0))).toBeGreaterThan(place.limit);
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
