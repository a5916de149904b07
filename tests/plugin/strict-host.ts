/** The built main thread in the strict stand-in for Figma: a document to play with, and the bridge's calls. */
import { build } from "esbuild";
import { boundingBox, renderBounds } from "../../playground/host/bounds.ts";
import type { Parameter, Suggestion } from "../../playground/host/parameters.ts";
import { NodeRef } from "../../playground/host/references.ts";
import type { CallInput, CallName, CallOutput } from "../../plugin/bridge.ts";
import { Problem, type ProblemData } from "../../shared/problem.ts";
import { createTestStage, png, root, startPlugin, type TestStage, until } from "../playground/test-stage.ts";

export { png };

let bundle: Promise<string> | undefined;
const mainScript = () => {
  bundle ??= build({
    entryPoints: [`${root}/plugin/main/main.ts`],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2017",
    platform: "neutral",
    define: { BUILD_ID: '"test"' },
  }).then(({ outputFiles }) => outputFiles[0]!.text);
  return bundle;
};

export interface Host {
  readonly stage: TestStage;
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>;
  /** Runs a script of the test's own against the same document, as another plugin would. */
  script<T>(body: string): Promise<T>;
  /** What main answers when this is typed for a parameter in the quick actions box. */
  typed(parameter: Parameter, query: string): Promise<{ suggestions?: readonly Suggestion[]; error?: string }>;
  /** What main announced on its own, newest last. */
  events(): unknown[];
  /** Drops something from the plugin's window on a layer. */
  drop(event: { node: string; absoluteX: number; absoluteY: number; dropMetadata: unknown }): void;
  /** Tells the plugin that it is about to be closed. */
  emitClose(): void;
  close(): void;
}

/**
 * A document made by `setUp` (the body of an async function that knows `figma`), with our plugin running in it. `parameters`: what
 * the quick actions box gives to the command.
 */
export async function openHost(setUp: string, command = "open", parameters?: object): Promise<Host> {
  const stage = createTestStage();
  Object.assign(stage, { exportNode: exportBounds(stage) });
  const script = <T>(body: string) => runScript<T>(stage, body);
  await script(setUp);
  stage.history.commit();
  const plugin = await startPlugin(await mainScript(), { stage, command, querying: parameters !== undefined });
  if (parameters !== undefined) plugin.run.begin(parameters);
  await until(() => stage.opened.length > 0 || plugin.errors.length > 0);
  let lastId = 0;

  return {
    stage,
    script: async (body) => {
      const result = await script(body);
      stage.scene.onChange = plugin.machine.documentChanged;
      plugin.machine.documentChanged();
      return result as never;
    },
    events: () => stage.posted.filter((message) => (message as { kind?: string }).kind === "event"),
    drop: ({ node, ...event }) =>
      plugin.run.emit("figma", "drop", { node: new NodeRef(node), x: 0, y: 0, items: [], files: [], ...event }),
    emitClose: () => plugin.run.emit("figma", "close"),
    close: () => plugin.machine.dispose(),
    async typed(parameter, query) {
      const answers: { suggestions?: readonly Suggestion[]; error?: string }[] = [];
      plugin.run.ask(
        parameter,
        query,
        {},
        {
          onSuggestions: (suggestions) => answers.push({ suggestions }),
          onError: (error) => answers.push({ error }),
          onLoading: () => {},
        },
      );
      await until(() => answers.length + plugin.errors.length > 0);
      if (plugin.errors.length > 0) throw new Error(plugin.errors[0]);
      return answers[0]!;
    },
    async call(name, input) {
      const id = ++lastId;
      plugin.run.emit("figma.ui", "message", { kind: "call", id, name, input }, { origin: "null" });
      const reply = () =>
        stage.posted.find((message) => {
          const { kind, id: of } = message as { kind?: string; id?: number };
          return kind === "reply" && of === id;
        }) as { output?: unknown; problem?: ProblemData } | undefined;
      await until(() => reply() !== undefined || plugin.errors.length > 0);
      if (plugin.errors.length > 0) throw new Error(plugin.errors[0]);
      const { output, problem } = reply()!;
      if (problem) throw new Problem(problem.code, problem.message);
      return output as never;
    },
  };
}

/** Exports as the playground sizes them: the layer's box, or all that it draws. The pixels are one colour. */
function exportBounds({ scene }: TestStage): TestStage["exportNode"] {
  return async (id, { useAbsoluteBounds, constraint }) => {
    const box = useAbsoluteBounds === true ? boundingBox(scene, id) : renderBounds(scene, id);
    if (box === null) throw new Error("Failed to export node. This node may not have any visible layers");
    const scale = constraint?.type === "SCALE" ? constraint.value : 1;
    return png(Math.max(1, Math.round(box.width * scale)), Math.max(1, Math.round(box.height * scale)));
  };
}

async function runScript<T>(stage: TestStage, body: string): Promise<T> {
  const before = stage.posted.length;
  const { machine, errors } = await startPlugin(
    `"use strict"; (async () => { ${body} })().then(
      (value) => figma.ui.postMessage({ script: { value } }),
      (error) => figma.ui.postMessage({ script: { error: error.message } }));`,
    { stage },
  );
  const answer = () =>
    stage.posted.slice(before).find((message) => (message as { script?: unknown }).script !== undefined) as
      | { script: { value?: unknown; error?: string } }
      | undefined;
  await until(() => answer() !== undefined || errors.length > 0);
  machine.dispose();
  const { value, error } = answer()?.script ?? { error: errors[0] };
  if (error !== undefined) throw new Error(error);
  return value as T;
}
