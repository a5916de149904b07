/** The whole `figma` object, by part. */
import type { ApiMember, ApiMembers } from "../member.ts";
import { creation } from "./creating.ts";
import { documentApi } from "./document.ts";
import { editor } from "./editor.ts";
import { paintStyles, variables } from "./file-colors.ts";
import { grouping } from "./grouping.ts";
import { clientStorage, showUi, ui, util, viewport } from "./parts.ts";

const PARTS: Readonly<Record<string, ApiMembers>> = {
  figma: { ...editor, ...documentApi, ...creation, ...grouping, ...showUi, ...paintStyles },
  "figma.ui": ui,
  "figma.viewport": viewport,
  "figma.clientStorage": clientStorage,
  "figma.util": util,
  "figma.variables": variables,
};

/** What `part.name` is; throws by name where the playground lacks it. */
export function apiMember(part: string, name: string): ApiMember {
  const members = PARTS[part];
  if (members === undefined || !Object.hasOwn(members, name))
    throw new Error(`not available in the playground: ${part}.${name}`);
  return members[name]!;
}

export const apiNames: Readonly<Record<string, Readonly<Record<string, "call" | "value">>>> = Object.fromEntries(
  Object.entries(PARTS).map(([part, members]) => [
    part,
    Object.fromEntries(Object.entries(members).map(([name, m]) => [name, m.call === undefined ? "value" : "call"])),
  ]),
);
