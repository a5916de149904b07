/** What a command of the plugin asks for in the quick actions box, and how the plugin answers what is typed there. */
import { HandleRef } from "./references.ts";

/** As the manifest declares it. */
export interface Parameter {
  readonly name: string;
  readonly key: string;
  readonly description?: string;
  /** Any text is a value; otherwise only what the plugin suggests. */
  readonly allowFreeform?: boolean;
  readonly optional?: boolean;
}

export interface Suggestion {
  readonly name: string;
  /** The parameter's value, where it is not the name. */
  readonly data?: unknown;
}

/** What the box hears of the plugin. */
export interface SuggestionListener {
  onSuggestions(suggestions: readonly Suggestion[]): void;
  onError(message: string): void;
  onLoading(message: string): void;
}

const FIELDS: Readonly<Record<string, string>> = {
  ...{ name: "string", key: "string", description: "string" },
  ...{ allowFreeform: "boolean", optional: "boolean" },
};

/** What Figma would refuse about a command's parameters. */
export function checkParameters(parameters: unknown): string[] {
  if (parameters === undefined) return [];
  if (!Array.isArray(parameters) || parameters.length === 0) return [`"parameters" must be a list of parameters.`];
  const wrong: string[] = [];
  const keys = new Set<unknown>();
  let optional = false;
  for (const parameter of parameters as Record<string, unknown>[]) {
    const { name, key } = parameter;
    if (typeof name !== "string" || typeof key !== "string") wrong.push("A parameter needs name and key.");
    for (const [field, value] of Object.entries(parameter))
      if (typeof value !== FIELDS[field]) wrong.push(`Unknown or wrong "${field}" of parameter "${String(key)}".`);
    if (keys.has(key)) wrong.push(`Parameter "${String(key)}" is there twice.`);
    keys.add(key);
    if (optional && parameter.optional !== true)
      wrong.push(`Parameter "${String(key)}" is required, and stands after one that is optional.`);
    optional ||= parameter.optional === true;
  }
  return wrong;
}

/** `ParameterInputEvent.result` of plugin-typings: the functions that the plugin answers with. */
export function suggestionResults({ allowFreeform }: Parameter, listener: SuggestionListener): HandleRef {
  const message = (name: string, value: unknown): string => {
    if (typeof value !== "string") throw new Error(`in ${name}: Expected string, got ${typeof value}`);
    return value;
  };
  return new HandleRef({
    setSuggestions: (suggestions) => {
      if (!Array.isArray(suggestions)) throw new Error("in setSuggestions: Expected array");
      listener.onSuggestions(suggestions.map(suggestionOf));
    },
    setError: (text) => {
      if (allowFreeform) throw new Error("in setError: not available on parameters with allowFreeform");
      listener.onError(message("setError", text));
    },
    setLoadingMessage: (text) => listener.onLoading(message("setLoadingMessage", text)),
  });
}

function suggestionOf(given: unknown): Suggestion {
  if (typeof given === "string") return { name: given };
  const { name, data, ...more } = (given ?? {}) as Record<string, unknown>;
  if (typeof name !== "string") throw new Error("in setSuggestions: a suggestion needs a name");
  for (const key of Object.keys(more))
    if (key !== "icon" && key !== "iconUrl") throw new Error(`in setSuggestions: Unrecognized key "${key}"`);
  return data === undefined ? { name } : { name, data };
}
