import type { CallName } from "../../bridge.ts";
import type { MainClient } from "../wires/main-client.ts";

/** Calls that only look: what they answer stays true while a run is prepared. */
const LOOKS: readonly CallName[] = [
  "describe-layers",
  "describe-masks",
  "export-layers",
  "export-layer",
  "read-outlines",
];

/** The same, asking nothing twice: layers that several targets follow are exported once. */
export function askedOnce(main: MainClient): MainClient {
  const answers = new Map<string, Promise<unknown>>();
  return {
    call: (name, input) => {
      if (!LOOKS.includes(name)) return main.call(name, input);
      const key = `${name} ${JSON.stringify(input)}`;
      const answer = answers.get(key) ?? main.call(name, input);
      answers.set(key, answer);
      return answer as ReturnType<typeof main.call<typeof name>>;
    },
  };
}
