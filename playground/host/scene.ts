/** The document's records, with the only functions that change them. */
import { type FileColors, NO_COLORS } from "./file-colors.ts";
import { DEFAULTS, isFitted } from "./kinds.ts";
import { BLANK, type NodeRecord, type NodeType } from "./record.ts";
import { IDENTITY, multiply, type Transform } from "./transform.ts";

export type Records = ReadonlyMap<string, NodeRecord>;
export type Fields = Partial<Omit<NodeRecord, "id" | "type" | "parent" | "children">>;

/** Values are frozen all the way down: a plugin gets them as they are, and Figma lets nobody change them in place. */
export function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value) && !ArrayBuffer.isView(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}

export class Scene {
  #records = new Map<string, NodeRecord>();
  /** Kinds of all nodes that ever were: who holds a removed one still knows what it was. */
  readonly #kinds = new Map<string, NodeType>();
  #serial = 1;
  /** That the file keeps by name. */
  colors: FileColors = NO_COLORS;
  /** Called after every change, with nothing: readers compare `records`. */
  onChange: () => void = () => {};

  constructor() {
    this.#put({ ...BLANK, ...DEFAULTS.DOCUMENT, id: "0:0", type: "DOCUMENT", parent: null });
    this.createPage("Page 1");
  }

  get records(): Records {
    return this.#records;
  }

  /** A copy to come back to. */
  snapshot(): Records {
    return new Map(this.#records);
  }

  restore(records: Records): void {
    this.#records = new Map(records);
    this.onChange();
  }

  find(id: string): NodeRecord | undefined {
    return this.#records.get(id);
  }

  get(id: string): NodeRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw new Error(`The node with id "${id}" does not exist`);
    return record;
  }

  /** The kind of a node, even after it was removed. */
  kindOf(id: string): NodeType {
    const kind = this.#kinds.get(id);
    if (kind === undefined) throw new Error(`The node with id "${id}" does not exist`);
    return kind;
  }

  createPage(name: string): NodeRecord {
    const id = `0:${this.#serial++}`;
    this.#put({ ...BLANK, ...DEFAULTS.PAGE, id, type: "PAGE", parent: "0:0", name });
    this.#relink("0:0", [...this.get("0:0").children, id]);
    return this.get(id);
  }

  /** A new node of `type`, the front-most child of `parent`. `id` only for layers inside instances. */
  create(type: NodeType, parent: string, fields: Fields & { readonly id?: string } = {}): NodeRecord {
    const number = this.#serial++;
    const { id = `1:${number}`, ...rest } = fields;
    this.#put({ ...BLANK, ...DEFAULTS[type], ...rest, id, type, parent });
    this.#relink(parent, [...this.get(parent).children, id]);
    return this.get(id);
  }

  patch(id: string, fields: Fields): void {
    this.#put({ ...this.get(id), ...fields });
    this.onChange();
  }

  /** Puts a node at `index` among the children of `parent`. Its transform is left as it is. */
  insert(id: string, parent: string, index: number): void {
    const node = this.get(id);
    const before = this.get(parent).children;
    const at = node.parent === parent && before.indexOf(id) < index ? index - 1 : index;
    if (node.parent !== null) {
      const siblings = this.get(node.parent).children.filter((child) => child !== id);
      this.#relink(node.parent, siblings);
    }
    this.#put({ ...this.get(id), parent });
    const children = [...this.get(parent).children];
    children.splice(at, 0, id);
    this.#relink(parent, children);
  }

  /** Removes a node with everything in it, and from every selection. */
  remove(id: string): void {
    const gone = new Set(this.descendants(id).map((node) => node.id)).add(id);
    const { parent } = this.get(id);
    for (const one of gone) this.#records.delete(one);
    for (const record of this.#records.values()) {
      if (record.type === "PAGE" && record.selection.some((one) => gone.has(one)))
        this.#put({ ...record, selection: record.selection.filter((one) => !gone.has(one)) });
    }
    if (parent !== null) {
      const children = this.get(parent).children.filter((child) => child !== id);
      this.#relink(parent, children);
    }
  }

  /** A component moves to the team's library: it is in no page of this file any more, and its copies stay. */
  toLibrary(id: string): void {
    const { parent } = this.get(id);
    if (parent !== null)
      this.#relink(
        parent,
        this.get(parent).children.filter((child) => child !== id),
      );
    this.#put({ ...this.get(id), parent: null });
    this.onChange();
  }

  /** All nodes below `id`, parents before children, back to front. */
  descendants(id: string): NodeRecord[] {
    return this.get(id).children.flatMap((child) => [this.get(child), ...this.descendants(child)]);
  }

  /** From the node's parent up to the document. */
  ancestors(id: string): NodeRecord[] {
    const { parent } = this.get(id);
    return parent === null ? [] : [this.get(parent), ...this.ancestors(parent)];
  }

  pageOf(id: string): NodeRecord | undefined {
    return [this.get(id), ...this.ancestors(id)].find((node) => node.type === "PAGE");
  }

  /** What a node's transform is relative to: the nearest ancestor that is not a group or a boolean operation. */
  containerOf(id: string): NodeRecord | undefined {
    return this.ancestors(id).find((node) => !isFitted(node.type));
  }

  /** From the node's own space to the page. */
  absoluteTransform(id: string): Transform {
    const node = this.get(id);
    if (node.type === "PAGE" || node.type === "DOCUMENT") return IDENTITY;
    const container = this.containerOf(id);
    return container === undefined ? node.transform : multiply(this.absoluteTransform(container.id), node.transform);
  }

  /** The instance that a node is inside of, itself not counted. */
  instanceAround(id: string): NodeRecord | undefined {
    return this.ancestors(id).find((node) => node.type === "INSTANCE");
  }

  #relink(parent: string, children: readonly string[]): void {
    this.#put({ ...this.get(parent), children });
    this.onChange();
  }

  #put(record: NodeRecord): void {
    this.#kinds.set(record.id, record.type);
    this.#records.set(record.id, frozen(record));
  }
}
