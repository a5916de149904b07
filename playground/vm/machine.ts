/** A QuickJS VM with Figma's globals and nothing more, running one plugin. */
import type { QuickJSContext, QuickJSHandle, QuickJSWASMModule } from "quickjs-emscripten-core";
import type { Delivery, PluginRun } from "../host/run.ts";
import { watch } from "../host/watch.ts";
import { createBorder, NAMES } from "./border.ts";

/** Figma's own heap is limited too; its size is not documented. */
const MEMORY_LIMIT = 512 * 1024 * 1024;
const STACK_LIMIT = 1024 * 1024;
/** One turn of the plugin that takes longer freezes Figma for too long: it is stopped, with an error. */
const HANG_MS = 10_000;

export interface MachineOptions {
  readonly quickjs: QuickJSWASMModule;
  /** The prelude, bundled: a script that defines `prelude.install`. */
  readonly prelude: string;
  readonly run: PluginRun;
  readonly log: (level: string, args: readonly unknown[]) => void;
  /** An error that the plugin did not catch. */
  readonly onError: (message: string) => void;
  /** Default 10 s. */
  readonly hangMilliseconds?: number;
  /** Default 512 MiB. */
  readonly memoryBytes?: number;
}

export interface Machine {
  /** Runs the plugin's script. */
  start(code: string): void;
  /** Tells the VM that the document may have changed. */
  documentChanged(): void;
  /** Fires `close`, then frees everything. */
  dispose(): void;
}

export function createMachine(options: MachineOptions): Machine {
  const { quickjs, prelude, run, log, onError, hangMilliseconds = HANG_MS, memoryBytes = MEMORY_LIMIT } = options;
  const runtime = quickjs.newRuntime();
  runtime.setMemoryLimit(memoryBytes);
  runtime.setMaxStackSize(STACK_LIMIT);
  let deadline = Date.now() + hangMilliseconds;
  runtime.setInterruptHandler(() => Date.now() > deadline);
  const vm = runtime.newContext();
  const timers = new Map<number, ReturnType<typeof setTimeout>>();
  let disposed = false;

  const border = createBorder(run, {
    log,
    setTimer(number, milliseconds) {
      const fire = () => {
        timers.delete(number);
        deliver({ kind: "timer", timer: number });
      };
      timers.set(number, setTimeout(fire, milliseconds));
    },
    clearTimer(number) {
      clearTimeout(timers.get(number));
      timers.delete(number);
    },
  });

  /** One turn: some code, then every promise that it settled. */
  const turn = (act: () => QuickJSHandle | undefined) => {
    deadline = Date.now() + hangMilliseconds;
    try {
      act()?.dispose();
      const jobs = runtime.executePendingJobs();
      if (jobs.error) {
        const { message } = describe(vm, jobs.error);
        jobs.error.dispose();
        throw new Error(message);
      }
      jobs.dispose();
    } catch (error) {
      const { message } = error as Error;
      onError(message.includes("interrupted") ? "The plugin was stopped: it did not answer for too long" : message);
    }
  };
  const evaluate = (code: string, file: string): QuickJSHandle => {
    const result = vm.evalCode(code, file, { type: "global" });
    if (!result.error) return result.value;
    const { message } = describe(vm, result.error);
    result.error.dispose();
    throw new Error(message);
  };

  evaluate(prelude, "prelude.js").dispose();
  const installed = installGlobals(vm, border, run.options.html);
  const deliver = (delivery: Delivery) => {
    if (disposed) return;
    turn(() => {
      const text = vm.newString(border.encodeDelivery(delivery));
      const result = vm.callFunction(installed, vm.undefined, text);
      text.dispose();
      if (!result.error) return result.value;
      const { message } = describe(vm, result.error);
      result.error.dispose();
      throw new Error(message);
    });
  };
  run.deliver = deliver;
  const documentChanged = watch(run);

  return {
    start: (code) => {
      turn(() => evaluate(code, "main.js"));
      if (!run.querying) run.begin();
    },
    documentChanged,
    dispose() {
      if (disposed) return;
      if (!run.closed) deliver({ kind: "emit", target: "figma", type: "close", args: [] });
      run.closed = true;
      disposed = true;
      for (const timer of timers.values()) clearTimeout(timer);
      installed.dispose();
      vm.dispose();
      runtime.dispose();
    },
  };
}

function describe(vm: QuickJSContext, handle: QuickJSHandle): { readonly message: string } {
  const dumped = vm.dump(handle) as { name?: string; message?: string; stack?: string } | string;
  if (typeof dumped !== "object") return { message: String(dumped) };
  return { message: `${dumped.name ?? "Error"}: ${dumped.message ?? ""}\n${dumped.stack ?? ""}`.trim() };
}

/** Calls the prelude's `install`, spreads its globals, and returns the function that takes deliveries. */
function installGlobals(vm: QuickJSContext, border: ReturnType<typeof createBorder>, html: string): QuickJSHandle {
  const functions = {
    call: (text: QuickJSHandle) => vm.newString(border.call(vm.getString(text))),
    put: (bytes: QuickJSHandle) => {
      const lifetime = vm.getArrayBuffer(bytes);
      const index = border.put(lifetime.value);
      lifetime.dispose();
      return vm.newNumber(index);
    },
    take: (index: QuickJSHandle) => vm.newArrayBuffer(border.take(vm.getNumber(index)).slice().buffer),
  };
  for (const [name, implementation] of Object.entries(functions)) {
    const handle = vm.newFunction(`__${name}`, implementation);
    vm.setProp(vm.global, `__${name}`, handle);
    handle.dispose();
  }
  const result = vm.evalCode(
    `(() => {
      const { __call, __put, __take } = globalThis;
      const border = {
        call: __call,
        put: (bytes) => __put(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)),
        take: (index) => new Uint8Array(__take(index)),
      };
      const { globals, deliver } = prelude.install(border, ${JSON.stringify(NAMES)});
      const constants = { ...globals, __html__: ${JSON.stringify(html)}, __uiFiles__: Object.freeze({}) };
      for (const name of ["__call", "__put", "__take", "prelude"]) delete globalThis[name];
      for (const [name, value] of Object.entries(constants))
        Object.defineProperty(globalThis, name, { value, writable: false, configurable: false, enumerable: true });
      return deliver;
    })()`,
    "install.js",
  );
  if (result.error) throw new Error(describe(vm, result.error).message);
  return result.value;
}
