import * as v from "valibot";
import { Problem } from "../../../shared/problem.ts";
import { type BridgeEvent, CALLS, type CallInput, type CallName, type CallOutput, MainMessage } from "../../bridge.ts";

/** The half of the plugin that lives inside Figma, as functions. */
export interface MainClient {
  /** Rejects with a Problem. */
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>;
}

interface Waiting {
  readonly name: CallName;
  readonly resolve: (output: never) => void;
  readonly reject: (problem: Problem) => void;
}

/** Connects to main by `postMessage`. `onEvent` hears what main announces on its own. */
export function connectMain(host: Window, onEvent: (event: BridgeEvent) => void): MainClient {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;

  host.addEventListener("message", ({ data }: MessageEvent) => {
    const message = v.safeParse(MainMessage, data?.pluginMessage);
    if (!message.success) return;
    if (message.output.kind === "event") {
      onEvent(message.output.event);
      return;
    }
    const { id, output, problem } = message.output;
    const call = waiting.get(id);
    if (call === undefined) return;
    waiting.delete(id);
    if (problem) {
      call.reject(new Problem(problem.code, problem.message));
      return;
    }
    const checked = v.safeParse(CALLS[call.name].output, output);
    if (checked.success) call.resolve(checked.output as never);
    else
      call.reject(
        new Problem(
          "internal",
          `The plugin answered "${call.name}" in a way that its window does not understand. Close the plugin and open it again.`,
        ),
      );
  });

  return {
    call: (name, input) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { name, resolve, reject });
        host.parent.postMessage({ pluginMessage: { kind: "call", id: lastId, name, input } }, "*");
      }),
  };
}
