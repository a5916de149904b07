import type { CallOutput } from "../bridge.ts";

type Named = CallOutput<"read-palette">["colors"][number];

const MOST = 64;
/** An alias may stand for an alias. */
const MOST_ALIASES = 16;

/** The colours that the file keeps by name, each once: its paint styles' first, then its variables' in their default modes. */
export async function readPalette(): Promise<CallOutput<"read-palette">> {
  const styles = await figma.getLocalPaintStylesAsync();
  const variables = await figma.variables.getLocalVariablesAsync("COLOR");
  const named = [
    ...styles.flatMap(({ name, paints }) => ofPaints(name, paints)),
    ...(await Promise.all(variables.map(ofVariable))).flat(),
  ];
  const firsts = new Map<string, Named>();
  for (const each of named) if (!firsts.has(each.color)) firsts.set(each.color, each);
  return { colors: [...firsts.values()].slice(0, MOST) };
}

/** Of a style that is one plain colour. */
function ofPaints(name: string, paints: readonly Paint[]): Named[] {
  const [paint, ...more] = paints.filter(({ visible }) => visible !== false);
  return paint?.type === "SOLID" && more.length === 0 ? [{ name, color: hexOf(paint.color) }] : [];
}

async function ofVariable(variable: Variable): Promise<Named[]> {
  let current: Variable | null = variable;
  for (let i = 0; i < MOST_ALIASES && current !== null; i++) {
    const collection = await figma.variables.getVariableCollectionByIdAsync(current.variableCollectionId);
    const value: VariableValue | undefined =
      collection === null ? undefined : current.valuesByMode[collection.defaultModeId];
    if (typeof value !== "object") return [];
    if ("r" in value) return [{ name: variable.name, color: hexOf(value) }];
    if (!("type" in value) || value.type !== "VARIABLE_ALIAS") return [];
    current = await figma.variables.getVariableByIdAsync(value.id);
  }
  return [];
}

function hexOf({ r, g, b }: RGB): string {
  const channel = (value: number) => `0${Math.round(value * 255).toString(16)}`.slice(-2);
  return `#${channel(r)}${channel(g)}${channel(b)}`;
}
