/** The `figma` object, its nodes and images, as proxies over the border. */
import { base64Decode, base64Encode } from "./base64.ts";
import type { Events } from "./events.ts";
import { searches } from "./searches.ts";

type AnyFunction = (...args: unknown[]) => unknown;
type Kinds = Readonly<Record<string, Readonly<Record<string, "call" | "value">>>>;

interface Ingredients {
  readonly names: { readonly api: Kinds; readonly nodes: Kinds };
  readonly request: (on: string, op: string, name: string, args: unknown[], subject?: object) => unknown;
  readonly events: Events;
  readonly mixed: symbol;
}

const FIGMA_EVENTS = ["selectionchange", "currentpagechange", "close", "run", "drop"];
/** What the language itself asks of any object: `await`, JSON, string conversion. */
const ASKED_BY_LANGUAGE = ["then", "toJSON", "constructor", "valueOf", "$$typeof", "nodeType", "asymmetricMatch"];

const owns = (object: object, name: string) => Object.hasOwn(object, name);

/** An object that answers for what it has and throws by name for everything else. */
function strict(
  has: (name: string) => boolean,
  get: (name: string) => unknown,
  set: (name: string, value: unknown) => void,
): object {
  return new Proxy(Object.create(null) as object, {
    get(_target, name) {
      if (typeof name === "symbol" || (ASKED_BY_LANGUAGE.includes(name) && !has(name))) return undefined;
      return get(name);
    },
    set(_target, name, value) {
      set(String(name), value);
      return true;
    },
    has: (_target, name) => typeof name === "string" && has(name),
    deleteProperty(_target, name) {
      throw new TypeError(`Cannot delete property '${String(name)}'`);
    },
    defineProperty(_target, name) {
      throw new TypeError(`Cannot define property '${String(name)}': object is not extensible`);
    },
    ownKeys: () => [],
  });
}

export function createFigma({ names, request, events, mixed }: Ingredients) {
  const nodes = new Map<string, object>();
  const images = new Map<string, object>();
  const tags = new Map<object, object>();
  const refused = (what: string): never => {
    throw new Error(`not available in the playground: ${what}`);
  };

  const listening = (target: string, allowed: readonly string[], label: string) => {
    const checked =
      (act: "on" | "once" | "off"): AnyFunction =>
      (type, listener) =>
        allowed.includes(type as string)
          ? events[act](target, type as string, listener as AnyFunction)
          : refused(`${label}.${act}("${String(type)}")`);
    return { on: checked("on"), once: checked("once"), off: checked("off") } as Record<string, AnyFunction>;
  };

  const nodeOf = (id: string, type: string): object => {
    const known = nodes.get(id);
    if (known !== undefined) return known;
    const kinds = names.nodes[type]!;
    const isParent = owns(kinds, "children");
    const subject = { id, type };
    const extra: Record<string, AnyFunction> = type === "PAGE" ? listening(`page:${id}`, ["nodechange"], "page") : {};
    const methods = new Map<string, AnyFunction>();
    const method = (name: string) => {
      if (!methods.has(name)) methods.set(name, (...args) => request("node", "call", name, args, subject));
      return methods.get(name)!;
    };
    const node = strict(
      (name) => owns(kinds, name) || owns(extra, name) || (isParent && owns(searches, name)),
      (name) => {
        if (owns(extra, name)) return extra[name];
        if (isParent && owns(searches, name)) return (...args: unknown[]) => searches[name]!(node, ...args);
        if (owns(kinds, name) && kinds[name] === "call") return method(name);
        return frozen(request("node", "get", name, [], subject));
      },
      (name, value) => {
        request("node", "set", name, [value], subject);
      },
    );
    nodes.set(id, node);
    tags.set(node, { $: "node", id });
    return node;
  };

  const imageOf = (hash: string): object => {
    const known = images.get(hash);
    if (known !== undefined) return known;
    const methods = ["getBytesAsync", "getSizeAsync"];
    const image = strict(
      (name) => name === "hash" || methods.includes(name),
      (name) => {
        if (name === "hash") return hash;
        if (methods.includes(name)) return () => request("image", "call", name, [], { id: hash });
        return refused(`Image.${name}`);
      },
      (name) => {
        throw new Error(`Cannot assign to read only property '${name}' of Image`);
      },
    );
    images.set(hash, image);
    tags.set(image, { $: "image", hash });
    return image;
  };

  /** One part of the API: `extra` is made here, the rest comes from the host. */
  const part = (on: string, extra: Record<string, unknown>, writable: readonly string[] = []): object => {
    const kinds = names.api[on] ?? {};
    return strict(
      (name) => owns(kinds, name) || owns(extra, name),
      (name) => {
        if (owns(extra, name)) return extra[name];
        if (owns(kinds, name) && kinds[name] === "call") return (...args: unknown[]) => request(on, "call", name, args);
        return frozen(request(on, "get", name, []));
      },
      (name, value) => {
        if (writable.includes(name)) extra[name] = value;
        else request(on, "set", name, [value]);
      },
    );
  };

  const uiListening = listening("figma.ui", ["message"], "figma.ui");
  const ui: Record<string, unknown> = { onmessage: undefined, ...uiListening };
  ui.postMessage = (message: unknown) => {
    checkMessage(message);
    request("figma.ui", "call", "postMessage", [message]);
  };
  events.on("figma.ui", "message", (...args) => {
    if (typeof ui.onmessage === "function") (ui.onmessage as AnyFunction)(...args);
  });

  const figma = part("figma", {
    ...listening("figma", FIGMA_EVENTS, "figma"),
    mixed,
    ui: part("figma.ui", ui, ["onmessage"]),
    viewport: part("figma.viewport", {}),
    clientStorage: part("figma.clientStorage", {}),
    util: part("figma.util", {}),
    variables: part("figma.variables", {}),
    parameters: part("figma.parameters", listening("figma.parameters", ["input"], "figma.parameters")),
    base64Encode,
    base64Decode,
    closePlugin: (message?: unknown) => {
      events.emit("figma", "close", []);
      request("figma", "call", "closePlugin", message === undefined ? [] : [message]);
    },
  });

  return { figma, nodeOf, imageOf, tagOf: (value: object) => tags.get(value) };
}

/** Only what Figma's structured copy lets through; prototypes are lost on the way, so anything else is an accident. */
function checkMessage(value: unknown): void {
  if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint")
    throw new Error(`in postMessage: Cannot unwrap ${typeof value}`);
  if (typeof value !== "object" || value === null) return;
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind === "Uint8Array" || kind === "Date") return;
  if (kind !== "Object" && kind !== "Array") throw new Error(`in postMessage: Cannot unwrap object of type ${kind}`);
  for (const inner of Object.values(value)) checkMessage(inner);
}

/** Values from the document cannot be changed in place. */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  const plain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (!plain || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) frozen(inner);
  return value;
}
