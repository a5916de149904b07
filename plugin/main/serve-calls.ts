import * as v from "valibot";
import { Problem } from "../../shared/problem.ts";
import { CALLS, type CallInput, CallMessage, type CallName, type CallOutput, type MainMessage } from "../bridge.ts";

/** One function per call of the bridge. What it throws reaches the interface as a Problem. */
export type Handlers = { readonly [N in CallName]: (input: CallInput<N>) => Promise<CallOutput<N>> };

/** Answers the interface's calls. Every call gets exactly one reply; messages that are not calls are reported, not obeyed. */
export function serveCalls(handlers: Handlers): void {
  figma.ui.onmessage = (message: unknown) => {
    const call = v.safeParse(CallMessage, message);
    if (!call.success) {
      console.error("Underpaint: a message from the interface is not a call", message);
      return;
    }
    const { id, name, input } = call.output;
    answer(handlers, name, input).then(
      (output) => send({ kind: "reply", id, output }),
      (error) => send({ kind: "reply", id, problem: Problem.from(error).toJSON() }),
    );
  };
}

async function answer<N extends CallName>(handlers: Handlers, name: N, input: unknown): Promise<unknown> {
  const checked = v.safeParse(CALLS[name].input, input);
  if (!checked.success)
    throw new Problem("internal", `The interface asked "${name}" in a way that the plugin does not understand`);
  return handlers[name](checked.output as CallInput<N>);
}

/** Sends one message to the interface. */
export function send(message: MainMessage): void {
  figma.ui.postMessage(message);
}
