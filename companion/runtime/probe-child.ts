/** Entry of the self-test's process: `probe.js PROVIDER [plain]` prints one ProbeResult as JSON. */
import { DIALECTS, PLAIN } from "../graph/dialect.ts";
import type { ProbeResult } from "./probe.ts";
import { selfTest } from "./self-test.ts";

const [provider, ways] = process.argv.slice(2);
const report = (result: ProbeResult) => process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));

if (provider !== "cuda" && provider !== "webgpu" && provider !== "dml")
  report({ outcome: "failed", reason: `There is no provider "${provider}".` });
else
  selfTest({ ...DIALECTS[provider], ...(ways === "plain" && PLAIN) }).then(report, (error: Error) =>
    report({ outcome: "failed", reason: plain(error) }),
  );

/** The runtime's words without its source lines and function signatures. */
function plain({ message }: Error): string {
  const [line] = message.replace(/\s+/g, " ").match(/(?<=was false\. |ERR: |Append\w+: ).*/) ?? [message];
  return line.trim().slice(0, 300);
}
