import type { Layering, Mode, Settings, Ticket } from "../../bridge.ts";
import { expandedRaster, unexpandedRaster } from "../pixels/source-raster.ts";

/** What a layering can be remembered for: alike targets, in one mode. */
const kindOf = (mode: Mode, { takes = [], expand }: Pick<Ticket, "takes" | "expand">) =>
  `${mode} ${expand ? "expanded" : takes.includes("behind") ? "contents" : "plain"}`;

/**
 * The layerings that a target takes, the one in front first. A picture that goes beyond its target lies behind it first; what had to be
 * made smaller for that shows none of the target's own pixels, and can only lie behind it.
 */
export function layeringsOf(ticket: Ticket): readonly Layering[] {
  const { takes = [], expand } = ticket;
  if (expand === undefined) return ["front", ...takes];
  const { shrunk } = expandedRaster(unexpandedRaster(ticket), ticket, expand);
  return shrunk < 1 ? ["behind"] : takes;
}

/**
 * How a picture is put on its target: as it was chosen last for such a target, or else behind the contents where it was made
 * for a frame that has some, or behind the target where it goes beyond it; what a Fill or an Edit changed of them has to be in front to be seen.
 */
export function layeringOf(mode: Mode, ticket: Ticket, { layerings }: Pick<Settings, "layerings">): Layering {
  const takes = layeringsOf(ticket);
  const chosen = layerings[kindOf(mode, ticket)];
  if (chosen !== undefined && takes.includes(chosen)) return chosen;
  if (ticket.expand) return "behind";
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
