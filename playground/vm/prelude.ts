/**
 * Runs inside the VM before the plugin: makes Figma's globals out of the border. Bundled as one script that evaluates to
 * `install`; the same code runs natively in tests.
 */
import type { Border } from "./border.ts";
import { createEvents } from "./events.ts";
import { createFigma } from "./figma-object.ts";
import { type ByteStore, decode, encode, type Referrer } from "./wire.ts";

type Kinds = Readonly<Record<string, Readonly<Record<string, "call" | "value">>>>;
export interface Names {
  readonly api: Kinds;
  readonly nodes: Kinds;
}

export interface Globals {
  readonly figma: object;
  readonly console: object;
  readonly setTimeout: (callback: () => void, milliseconds?: number) => number;
  readonly clearTimeout: (timer: number) => void;
  readonly setInterval: (callback: () => void, milliseconds?: number) => number;
  readonly clearInterval: (timer: number) => void;
  readonly fetch: () => Promise<never>;
}

export interface Installed {
  readonly globals: Globals;
  /** Takes a delivery of the host. */
  readonly deliver: (text: string) => void;
}

interface Answer {
  readonly value?: unknown;
  readonly promise?: number;
  readonly error?: string;
}

type AnyFunction = (...args: unknown[]) => unknown;

/** Makes the globals; the caller puts them where the plugin finds them. */
export function install(border: Border, names: Names): Installed {
  const store: ByteStore = border;
  const mixed = Symbol("figma.mixed");
  const callbacks: AnyFunction[] = [];
  const promises = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const timers = new Map<number, { callback: AnyFunction; every: number | undefined }>();
  const events = createEvents();
  let nextTimer = 1;

  const request = (on: string, op: string, name: string, args: unknown[], subject: object = {}): unknown => {
    const text = JSON.stringify({ on, op, name, ...subject, args: args.map((arg) => encode(arg, store, referrer)) });
    const answer = JSON.parse(border.call(text)) as Answer;
    if (answer.error !== undefined) throw new Error(answer.error);
    if (answer.promise === undefined) return decode(answer.value, store, referrer);
    return new Promise((resolve, reject) => promises.set(answer.promise!, { resolve, reject }));
  };

  const { figma, nodeOf, imageOf, tagOf } = createFigma({ names, request, events, mixed });
  const referrer: Referrer = {
    refer(value) {
      if (value === mixed) return { $: "mixed" };
      if (typeof value === "function") return { $: "callback", number: callbacks.push(value as AnyFunction) - 1 };
      return tagOf(value as object);
    },
    resolve(tag) {
      if (tag.$ === "node") return { value: nodeOf(tag.id as string, tag.type as string) };
      if (tag.$ === "image") return { value: imageOf(tag.hash as string) };
      if (tag.$ === "mixed") return { value: mixed };
      if (tag.$ !== "handle") return undefined;
      const methods = (tag.methods as string[]).map((name) => [
        name,
        (...args: unknown[]) => request("handle", "call", name, args, { id: String(tag.number) }),
      ]);
      return { value: Object.freeze(Object.fromEntries(methods)) };
    },
  };

  const startTimer = (callback: AnyFunction, milliseconds: number, every: number | undefined) => {
    const timer = nextTimer++;
    timers.set(timer, { callback, every });
    request("timer", "call", "set", [timer, milliseconds]);
    return timer;
  };
  const stopTimer = (timer: number) => {
    if (timers.delete(timer)) request("timer", "call", "clear", [timer]);
  };

  const deliver = (text: string) => {
    const delivery = decode(JSON.parse(text), store, referrer) as Record<string, unknown>;
    if (delivery.kind === "settle") {
      const waiting = promises.get(delivery.promise as number)!;
      promises.delete(delivery.promise as number);
      if (delivery.ok === true) waiting.resolve(delivery.value);
      else waiting.reject(new Error(delivery.value as string));
    } else if (delivery.kind === "emit") {
      events.emit(delivery.target as string, delivery.type as string, delivery.args as unknown[]);
    } else if (delivery.kind === "callback") {
      callbacks[delivery.callback as number]!(...(delivery.args as unknown[]));
    } else if (delivery.kind === "timer") {
      const timer = timers.get(delivery.timer as number);
      if (timer === undefined) return;
      if (timer.every === undefined) timers.delete(delivery.timer as number);
      else request("timer", "call", "set", [delivery.timer, timer.every]);
      timer.callback();
    }
  };

  const say =
    (level: string): AnyFunction =>
    (...args) =>
      request("console", "call", level, args.map(readable));

  const globals: Globals = {
    figma,
    console: Object.freeze({
      log: say("log"),
      info: say("info"),
      warn: say("warn"),
      error: say("error"),
      clear: say("clear"),
      assert: (holds: unknown, ...args: unknown[]) => {
        if (!holds) say("error")("Assertion failed:", ...args);
      },
    }),
    setTimeout: (callback, milliseconds = 0) => startTimer(callback, milliseconds, undefined),
    clearTimeout: stopTimer,
    setInterval: (callback, milliseconds = 0) => startTimer(callback, milliseconds, milliseconds),
    clearInterval: stopTimer,
    fetch: () => Promise.reject(new Error("not available in the playground: fetch in the main thread")),
  };
  return { globals, deliver };
}

/** What the console shows of a value. */
function readable(value: unknown): unknown {
  if (value instanceof Error) return `${value.name}: ${value.message}\n${value.stack ?? ""}`;
  if (typeof value === "function" || typeof value === "symbol") return String(value);
  if (typeof value !== "object" || value === null) return value;
  try {
    return JSON.parse(JSON.stringify(value)) as unknown;
  } catch {
    return String(value);
  }
}
