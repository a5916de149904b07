import type { Layering, Mode, Settings, Ticket } from "../../bridge.ts";

/** What a layering can be remembered for: alike targets, in one mode. */
const kindOf = (mode: Mode, { takes = [] }: Pick<Ticket, "takes">) =>
  `${mode} ${takes.includes("behind") ? "contents" : "plain"}`;

/** The layerings that a target takes, the one in front first. */
export const layeringsOf = ({ takes = [] }: Pick<Ticket, "takes">): readonly Layering[] => ["front", ...takes];

/**
 * How a picture is put on its target: as it was chosen last for such a target, or else behind the contents where it was made
 * for a frame that has some; what a Fill or an Edit changed of them has to be in front to be seen.
 */
export function layeringOf(mode: Mode, ticket: Ticket, { layerings }: Pick<Settings, "layerings">): Layering {
  const takes = layeringsOf(ticket);
  const chosen = layerings[kindOf(mode, ticket)];
  if (chosen !== undefined && takes.includes(chosen)) return chosen;
  return mode === "generate" && takes.includes("behind") ? "behind" : "front";
}

/** The settings with this choice for such targets. */
export function withLayering(
  mode: Mode,
  ticket: Ticket,
  { layerings, choice }: Pick<Settings, "layerings"> & { readonly choice: Layering },
): Pick<Settings, "layerings"> {
  return { layerings: { ...layerings, [kindOf(mode, ticket)]: choice } };
}
