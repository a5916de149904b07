/** Results laid over layers of a document that a test makes, and where they came to lie. */
import type { Ticket } from "../../plugin/bridge.ts";
import { type Host, openHost, png } from "./strict-host.ts";

export const SCENERY = `
  const rect = (name, parent, x, y, w, h) => {
    const node = figma.createRectangle();
    (parent || figma.currentPage).appendChild(node);
    node.name = name; node.resize(w, h); node.x = x; node.y = y;
    node.fills = [{ type: "SOLID", color: { r: 0.2, g: 0.4, b: 0.6 } }];
    return node;
  };
  const frame = (name, parent, x, y, w, h) => {
    const node = figma.createFrame();
    (parent || figma.currentPage).appendChild(node);
    node.name = name; node.resize(w, h); node.x = x; node.y = y;
    return node;
  };
  const find = (name) => figma.currentPage.findOne((node) => node.name === name);
`;

export const RECIPE = JSON.stringify({ version: 1 });
export const PLAIN = { fit: "cover", layering: "front", job: "j", replaces: [] as string[] } as const;
let opened: Host;
afterEach(() => opened.close());
/** The one that `open` opened last. */
export const host: Pick<Host, "stage" | "script" | "call"> = {
  get stage() {
    return opened.stage;
  },
  script: (body) => opened.script(body),
  call: (name, input) => opened.call(name, input),
};

export const open = async (setUp: string) => {
  opened = await openHost(`${SCENERY} ${setUp}`);
};
export const idOf = (name: string) => host.script<string>(`${SCENERY} return find(${JSON.stringify(name)}).id;`);
export const ticketFor = async (name: string, mask?: string): Promise<Ticket> =>
  host.call("take-ticket", { target: await idOf(name), ...(mask && { mask: await idOf(mask) }) });

export const place = async (ticket: Ticket, where: "over" | "beside" = "over") =>
  host.call("place-layer", { ticket, bytes: await png(16, 16), name: "Result", recipe: RECIPE, where, ...PLAIN });

export interface Placed {
  parent: string;
  siblings: string[];
  transform: number[][];
  target: number[][];
  size: number[];
  positioning: string;
}
/** Where the result is, compared with its target. */
export const look = (id: string, target: string) =>
  host.script<Placed>(`${SCENERY}
    const node = await figma.getNodeByIdAsync(${JSON.stringify(id)});
    const round = (t) => t.map((row) => row.map((v) => Math.round(v * 1000) / 1000 + 0));
    return {
      parent: node.parent.name,
      siblings: node.parent.children.map((child) => child.name),
      transform: round(node.absoluteTransform),
      target: round(find(${JSON.stringify(target)}).absoluteTransform),
      size: [node.width, node.height],
      positioning: node.layoutPositioning,
    };`);

/** Places a result for "Target" and expects it exactly over it. */
export async function placeExactly(mask?: string): Promise<Placed> {
  const ticket = await ticketFor("Target", mask);
  const placed = await look((await place(ticket)).node, "Target");
  expect(placed.transform).toEqual(placed.target);
  expect(placed.size).toEqual([ticket.width, ticket.height]);
  return placed;
}
