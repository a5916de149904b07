import type { Settings } from "../../bridge.ts";
import type { LayerRef } from "../state/recipe.ts";
import type { Row } from "../state/rows.ts";
import type { State } from "../state/state.ts";

/** Text layers over what is painted, parted by what is to become of them. */
export interface RowTexts {
  /** They stay above the picture. */
  readonly texts?: readonly LayerRef[];
  /** Their letters are painted in it. */
  readonly painted?: readonly LayerRef[];
}

export function textsOfRow({ textsOver }: Row, { painted }: Pick<State, "painted">): RowTexts {
  const inIt = textsOver.filter(({ id }) => painted.includes(id));
  const above = textsOver.filter(({ id }) => !painted.includes(id));
  return { ...(above.length > 0 && { texts: above }), ...(inIt.length > 0 && { painted: inIt }) };
}

/** The same as a ticket keeps them. */
export function ticketTexts({ texts, painted }: RowTexts, { seesTexts }: Pick<Settings, "seesTexts">) {
  return {
    ...(texts && { texts: texts.map(({ id }) => id), seesTexts }),
    ...(painted && { painted: painted.map(({ id }) => id) }),
  };
}
