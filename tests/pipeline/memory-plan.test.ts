/** What is decided for FLUX.2 klein 4B before it is opened, by how much memory there is. */

import { transformerShapes } from "../../companion/bench/transformer/random-klein.ts";
import { RenamedStore } from "../../companion/checkpoint/files/component.ts";
import type { WeightFile } from "../../companion/checkpoint/files/opened-file.ts";
import { renameFlux2 } from "../../companion/checkpoint/flux2/keys.ts";
import { flux2ConfigFromShapes } from "../../companion/checkpoint/flux2/shapes.ts";
import { DIALECTS, type Provider } from "../../companion/graph/dialect.ts";
import { estimateMemory } from "../../companion/graph/memory.ts";
import { type WeightRef, Weights } from "../../companion/graph/weights.ts";
import { flux2TransformerGraph } from "../../companion/networks/flux2-transformer.ts";
import type { Network } from "../../companion/opening/network.ts";
import { planNarrow } from "../../companion/opening/plan-narrow.ts";
import { rungsFrom } from "../../companion/pipeline/ladder.ts";
import { planMemory } from "../../companion/pipeline/weights/memory-plan.ts";
import { elementCount } from "../../companion/tensor.ts";
import { memoryWords } from "../../plugin/ui/text/memory-words.ts";

const GIB = 2 ** 30;

/** As published, in bfloat16. */
function published(): { refs: Map<string, WeightRef>; store: RenamedStore } {
  let offset = 0;
  const named = [...transformerShapes()].map(([key, dims]): [string, WeightRef] => {
    const byteLength = 2 * elementCount(dims);
    offset += byteLength;
    return [key, { key, type: "BF16", dims, file: "/klein", offset: offset - byteLength, byteLength }];
  });
  const { refs } = renameFlux2(new Map(named));
  const none = { files: [], fingerprint: "" } as unknown as WeightFile;
  return { refs, store: new RenamedStore("klein", refs, [none]) };
}

const { refs, store } = published();
const config = flux2ConfigFromShapes(refs, "klein");

function planOn(provider: Exclude<Provider, "coreml">, gibibytes: number, side = 1024) {
  const dialect = DIALECTS[provider];
  const build = (w: Weights, options: object) =>
    flux2TransformerGraph(config, w, { tokens: 512 }, { dialect, ...options });
  const network: Network<RenamedStore> = { weights: store, build };
  const needOf = ({ bits }: { readonly bits?: 4 | 8 }) => {
    const quantizer = bits && planNarrow(network, bits, "/planned").quantizer;
    const graph = build(new Weights(store), quantizer ? { quantizer } : {});
    const { weights, activations } = estimateMemory(graph, { symbols: { S: (side / 16) ** 2 } });
    return weights + activations;
  };
  return planMemory(rungsFrom(0, { runs: 1 }), needOf, gibibytes * GIB);
}

test.each([
  ["cuda", 4, 4, 2.6],
  ["cuda", 6, 8, 4.5],
  ["cuda", 8, undefined, 7.8],
  ["cuda", 12, undefined, 7.8],
  ["cuda", 16, undefined, 7.8],
  ["cuda", 24, undefined, 7.8],
  ["cpu", 4, 4, 3.3],
  ["cpu", 6, 8, 5.1],
  ["cpu", 8, 8, 5.1],
  ["cpu", 12, undefined, 8.2],
  ["cpu", 24, undefined, 8.2],
] as const)("on %s with %i GB its weights have %s bits, and take %f GB", (provider, gibibytes, bits, need) => {
  const plan = planOn(provider, gibibytes);
  expect([plan.bits, Number((plan.memory.need / GIB).toFixed(1))]).toEqual([bits, need]);
  expect(plan.memory).toMatchObject({ of: gibibytes * GIB });
});

test("where it does not fit even in 4 bits, that is said with both figures", () => {
  expect(() => planOn("cuda", 2)).toThrow(
    expect.objectContaining({ code: "out-of-memory", message: expect.stringContaining("of memory, where 2.00 GiB") }),
  );
});

test("the panel says it where it is much, or where bits were saved", () => {
  const of = 8 * GIB;
  expect(memoryWords(null)).toBeNull();
  expect(memoryWords({ need: GIB, of })).toBeNull();
  expect(memoryWords({ need: 5.1 * GIB, of })).toBe("The model takes 5.1 of 8 GB of memory");
  expect(memoryWords({ need: 3.94 * GIB, of, bits: 8 })).toBe("The model in 8 bits takes 3.9 of 8 GB of memory");
});
