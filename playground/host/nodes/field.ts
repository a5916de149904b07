/** Properties that are a field of the record, checked on the way in. */
import { rearrange } from "../arrange.ts";
import type { NodeMember } from "../member.ts";
import type { NodeRecord } from "../record.ts";
import type { Fields } from "../scene.ts";

type Check = (value: unknown) => unknown;

/** Reads and writes `record[name]`. */
export const field = (name: keyof NodeRecord, check: Check): NodeMember => ({
  get: (_run, node) => node[name],
  set: (run, node, value) => run.scene.patch(node.id, { [name]: validated(name, check, value) } as Fields),
});

/** The same, for fields on which the layout depends. */
export const layoutField = (name: keyof NodeRecord, check: Check): NodeMember => ({
  get: (_run, node) => node[name],
  set: (run, node, value) => {
    run.scene.patch(node.id, { [name]: validated(name, check, value) } as Fields);
    rearrange(run.scene, node.id);
  },
});

export const readOnly = (name: keyof NodeRecord): NodeMember => ({ get: (_run, node) => node[name] });

/** Figma's wording of a value that does not fit its property. */
export function validated<T>(name: string, check: (value: unknown) => T, value: unknown): T {
  try {
    return check(value);
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith("not available")) throw error;
    throw new Error(`Property "${name}" failed validation: ${message}`);
  }
}
