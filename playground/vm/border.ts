/** The host's side of the border: answers the VM's calls, and sends it what happens. */
import { apiNames } from "../host/api/tables.ts";
import { dispatch, type Request } from "../host/dispatch.ts";
import { memberNames } from "../host/nodes/members.ts";
import { CallbackRef, HandleRef, ImageRef, MIXED, NodeRef } from "../host/references.ts";
import type { Delivery, PluginRun } from "../host/run.ts";
import { type ByteStore, decode, encode, type Referrer } from "./wire.ts";

/** What the VM calls. All of it is text and bytes. */
export interface Border {
  /** One request, JSON → its answer, JSON. */
  call(text: string): string;
  /** Bytes to go with the next request → their index. */
  put(bytes: Uint8Array): number;
  /** Bytes of an answer, once. */
  take(index: number): Uint8Array;
}

/** The names that the VM's proxies are made of. */
export const NAMES = { api: apiNames, nodes: memberNames } as const;

/** An answer that comes later. */
class Pending {
  readonly promise: number;
  constructor(promise: number) {
    this.promise = promise;
  }
}

class Bytes implements ByteStore {
  #next = 0;
  readonly #kept = new Map<number, Uint8Array>();

  put(bytes: Uint8Array): number {
    this.#kept.set(this.#next, bytes.slice());
    return this.#next++;
  }

  take(index: number): Uint8Array {
    const bytes = this.#kept.get(index);
    if (bytes === undefined) throw new Error(`No bytes with index ${index}`);
    this.#kept.delete(index);
    return bytes;
  }
}

export interface HostBorder extends Border {
  /** The text of a delivery, for the VM. */
  encodeDelivery(delivery: Delivery): string;
}

export interface Outlets {
  /** console.log and its kin. */
  readonly log: (level: string, args: readonly unknown[]) => void;
  /** Calls back after `milliseconds`, with the number; the function cancels. */
  readonly setTimer: (number: number, milliseconds: number) => void;
  readonly clearTimer: (number: number) => void;
}

/** Makes the border of one run. `run.deliver` must be set by whoever owns the VM. */
export function createBorder(run: PluginRun, outlets: Outlets): HostBorder {
  const bytes = new Bytes();
  const handles: HandleRef[] = [];
  let promises = 0;

  const referrer: Referrer = {
    refer(value) {
      if (value instanceof NodeRef) return { $: "node", id: value.id, type: run.scene.kindOf(value.id) };
      if (value instanceof ImageRef) return { $: "image", hash: value.hash };
      if (value instanceof HandleRef)
        return { $: "handle", number: handles.push(value) - 1, methods: Object.keys(value.methods) };
      return value === MIXED ? { $: "mixed" } : undefined;
    },
    resolve(tag) {
      if (tag.$ === "node") return { value: new NodeRef(tag.id as string) };
      if (tag.$ === "image") return { value: new ImageRef(tag.hash as string) };
      if (tag.$ === "callback") return { value: new CallbackRef(tag.number as number) };
      return tag.$ === "mixed" ? { value: MIXED } : undefined;
    },
  };

  const settle = (promise: number, ok: boolean, value: unknown) =>
    run.deliver({ kind: "settle", promise, ok, value: ok ? value : (value as Error).message });

  const answer = (request: Request): unknown => {
    const [first, second] = request.args;
    if (request.on === "console") return outlets.log(request.name, request.args);
    if (request.on === "timer")
      return request.name === "set"
        ? outlets.setTimer(first as number, second as number)
        : outlets.clearTimer(first as number);
    if (request.on === "handle") return handles[Number(request.id)]!.methods[request.name]!(...request.args);
    const result = dispatch(run, request);
    if (!(result instanceof Promise)) return result;
    const promise = promises++;
    result.then(
      (value) => settle(promise, true, value),
      (error) => settle(promise, false, error),
    );
    return new Pending(promise);
  };

  return {
    call(text) {
      try {
        const request = decode(JSON.parse(text), bytes, referrer) as Request;
        const value = answer(request);
        return JSON.stringify(value instanceof Pending ? value : { value: encode(value, bytes, referrer) });
      } catch (error) {
        return JSON.stringify({ error: (error as Error).message });
      }
    },
    put: (given) => bytes.put(given),
    take: (index) => bytes.take(index),
    encodeDelivery: (delivery) => JSON.stringify(encode(delivery, bytes, referrer)),
  };
}
