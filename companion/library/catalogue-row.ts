/** What a row of the catalogue says, and what several say alike. */
import type { RecommendedModel } from "../../shared/protocol.ts";

export interface CatalogueRow extends Omit<RecommendedModel, "installed"> {
  /** What of the repository is needed, where it holds more than one thing. */
  readonly files?: readonly string[];
}

export const GB = 1e9;

export const OPENRAIL =
  "CreativeML OpenRAIL-M: commercial use allowed; a list of harmful uses is forbidden, and you must pass the terms on.";
export const OPENRAIL_PLUS = OPENRAIL.replace("OpenRAIL-M", "Open RAIL++-M");
export const CONTROLNET_OPENRAIL =
  "OpenRAIL, says its page, without naming the version: commercial use allowed; a list of harmful uses is forbidden, and you must pass the terms on. Check the model's page.";
export const STABILITY =
  "Stability AI Community Licence: free for research and for commercial use below one million dollars of yearly revenue, after you register; above, a paid licence. Check the model's page.";
export const APACHE = "Apache-2.0: any use, commercial use too; keep the licence and its notices when you pass it on.";
export const BSD = "BSD-3-Clause: any use, commercial use too; keep the licence and its notices when you pass it on.";
export const MIT = "MIT: any use, commercial use too; keep the licence when you pass it on.";
