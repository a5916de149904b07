import * as v from "valibot";

/** Of a recipe, as much as is needed here. */
const prompted = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ request: v.object({ prompt: v.pipe(v.string(), v.trim(), v.minLength(1)) }) }),
);

/** The designer's own newest ones, then those of the pictures on this page, topmost first. Each is there once. */
export function recentPrompts(own: readonly string[]): string[] {
  const pictures = figma.currentPage.findAllWithCriteria({ pluginData: { keys: ["recipe"] } });
  const found = pictures.map((node) => v.safeParse(prompted, node.getPluginData("recipe")));
  const inFile = found.flatMap(({ success, output }) => (success ? [(output as Prompted).request.prompt] : []));
  return [...new Set([...own, ...inFile.reverse()])];
}

type Prompted = v.InferOutput<typeof prompted>;
