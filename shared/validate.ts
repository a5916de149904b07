/** The one place where input is doubted: unknown values become requests and messages, or a Problem that names the field. */
import * as v from "valibot";
import { imagesOf, type Task } from "./job.ts";
import { clientMessageSchema, companionMessageSchema } from "./message-schema.ts";
import { Problem } from "./problem.ts";
import type { ClientMessage, CompanionMessage, ImageHash } from "./protocol.ts";
import type { GenerateRequest } from "./request.ts";
import { REQUEST_LIMITS, requestSchema } from "./request-schema.ts";

/** With every default filled in. Throws Problem "request-invalid" or "prompt-too-long". */
export function parseRequest(value: unknown): GenerateRequest {
  return parse(requestSchema, value);
}

/** What a plugin sent. Throws as `parseRequest` for a request inside it, else Problem "frame-invalid". */
export function parseClientMessage(value: unknown): ClientMessage {
  return parse(clientMessageSchema, value);
}

/** What a companion sent. Throws Problem "frame-invalid". */
export function parseCompanionMessage(value: unknown): CompanionMessage {
  return parse(companionMessageSchema, value);
}

/**
 * Throws Problem "request-invalid" unless `images` are those that the task names, each once, and everything in `attachments` is
 * one of them.
 */
export function checkImages(
  task: Task,
  {
    images,
    attachments,
  }: { readonly images: readonly ImageHash[]; readonly attachments: ReadonlyMap<string, unknown> },
): void {
  const named = imagesOf(task);
  const given = images.map(({ name }) => name);
  const missing = named.find((name) => !given.includes(name));
  if (missing !== undefined)
    throw new Problem("request-invalid", `Cannot use the request as its image "${missing}" did not come with it.`);
  const extra = [...given, ...attachments.keys()].find((name) => !named.includes(name));
  if (extra !== undefined)
    throw new Problem("request-invalid", `Cannot use the request as it does not name the image "${extra}".`);
  if (new Set(given).size < given.length)
    throw new Problem("request-invalid", "Cannot use the request as it gives an image twice.");
}

function parse<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  throw problemOf(result.issues[0], schema as v.GenericSchema);
}

function problemOf(issue: v.BaseIssue<unknown>, schema: v.GenericSchema): Problem {
  const path = issue.path?.map((item) => String(item.key)) ?? [];
  // Inside a message the request's own fields are named as its author knows them.
  const depth = path[0] === "task" && path[1] === "request" ? 2 : 0;
  const inRequest = schema === requestSchema || depth > 0;
  const field = path
    .slice(depth)
    .reduce((name, key) => (/^\d+$/.test(key) ? `${name}[${key}]` : name === "" ? key : `${name}.${key}`), "");
  if (issue.type === "max_length" && (field === "prompt" || field === "negativePrompt")) {
    const [length, limit] = [(issue.input as string).length, REQUEST_LIMITS.promptCharacters];
    return new Problem(
      "prompt-too-long",
      `The ${field === "prompt" ? "prompt" : "negative prompt"} has ${length} characters and the limit is ${limit}: shorten it.`,
    );
  }
  const subject = inRequest ? "request" : "message";
  const what = field === "" ? `it ${demand(issue)}` : `\`${field}\` ${demand(issue)}`;
  return new Problem(inRequest ? "request-invalid" : "frame-invalid", `Cannot use the ${subject} as ${what}.`);
}

/** The end of the sentence "`steps` …". */
function demand(issue: v.BaseIssue<unknown>): string {
  const found = `: received ${quote(issue.input)}`;
  const bound = (issue as { requirement?: unknown }).requirement;
  switch (issue.type) {
    case "check":
      return issue.message;
    case "strict_object":
      // valibot expects "never" where a field is unknown, and the field's name where it is missing.
      return issue.expected === "never" ? "is not a field that exists" : missingOr(issue, `must be an object${found}`);
    case "min_value":
      return `must be at least ${bound}${found}`;
    case "max_value":
      return `must be at most ${bound}${found}`;
    case "multiple_of":
      return `must be a multiple of ${bound}${found}`;
    case "finite":
      return `must be a finite number${found}`;
    case "union":
      // One that says itself what it takes.
      if (issue.message.startsWith("must")) return `${issue.message}${found}`;
      return `must be text, a number, a list of numbers, true, false or null${found}`;
    case "safe_integer":
      return `must be a whole number${found}`;
    case "max_length":
      return `must have at most ${bound} entries or characters`;
    case "max_entries":
      return `must have at most ${bound} settings`;
    case "min_length":
      return "must not be empty";
    case "regex":
      return `has the wrong form${found}`;
    case "variant":
    case "picklist":
    case "literal":
      return issue.expected === "Object"
        ? `must be an object${found}`
        : `must be one of ${issue.expected?.replaceAll(" | ", ", ").replace(/^\(|\)$/g, "")}${found}`;
    default:
      return `must be ${kind(issue.expected)}${found}`;
  }
}

const missingOr = (issue: v.BaseIssue<unknown>, otherwise: string) =>
  issue.received === "undefined" ? "is missing" : otherwise;

const kind = (expected: string | null) =>
  expected === "Object" ? "an object" : expected === "Array" ? "a list" : `a ${expected ?? "different value"}`;

/** A value as a person would write it, cut short. */
function quote(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
