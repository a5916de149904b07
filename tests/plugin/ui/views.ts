/** Every view of the interface, as a state: what tests render. */

import { CATALOGUE } from "../../../companion/library/catalogue.ts";
import type { Character, SelectionInfo } from "../../../plugin/bridge.ts";
import type { AppEvent } from "../../../plugin/ui/state/events.ts";
import type { ControlLayer } from "../../../plugin/ui/state/followed.ts";
import { newPicture, type Picture } from "../../../plugin/ui/state/picture.ts";
import { DEFAULT_SETTINGS, INITIAL_STATE, type State } from "../../../plugin/ui/state/state.ts";
import { Store } from "../../../plugin/ui/state/store.ts";
import { IDENTITY } from "../../../shared/affine.ts";
import { addOn, companion, job, layer, model, recipe, target } from "./fixtures.ts";

const whole = {
  ...companion,
  addOns: [
    addOn("lora", "Ink", { triggerWords: ["ink"], licence: "cc-by-nc-4.0" }),
    addOn("control", "Canny", { controlKind: "controlnet" }),
    addOn("embedding", "Calm", { triggerWords: ["calm"] }),
    addOn("vae", "Bright"),
  ],
  modelProblems: [
    { name: "old.ckpt", problem: { code: "file-not-safetensors", message: "“old.ckpt” is a pickle." } as const },
  ],
};
const ready: Partial<State> = { loaded: true, connection: { kind: "ready" }, companion: whole };
const on: Partial<State> = { ...ready, selection: target("Hero"), prompt: "ein Fuchs" };

const image = { url: "blob:1", bytes: new Uint8Array(), width: 64, height: 64 };
const done: Picture = { ...newPicture(job("a"), recipe, "done"), image, width: 64, height: 64 };
const failed: Picture = {
  ...newPicture(job("b", { index: 1 }), recipe, "failed"),
  problem: { code: "out-of-memory", message: "Some words that nobody translated." },
};
const running: Picture = {
  ...newPicture(job("c", { run: "later", submittedAt: 2 }), recipe, "running"),
  ...{ stage: "denoising", step: 3, secondsLeft: 4, quietSeconds: 40 },
};
const batch = (id: string, more: Partial<Picture>): Picture => ({
  ...newPicture(job(id, { run: "rows", batch: true, of: 4, submittedAt: 3 }), recipe, "done"),
  ...more,
});
const rows = [
  batch("d", { placed: true }),
  batch("e", {}),
  batch("f", { phase: "unsent" }),
  batch("g", { phase: "queued" }),
  batch("h", { problem: { code: "target-changed", message: "Hm." } }),
];
const pictures: Partial<State> = { ...on, view: "pictures", chosen: "a" };
const reference = { layer: layer("Gesicht 1"), start: 0, end: 1, weight: 0.8, blocks: "all" } as const;
const ada: Character = {
  ...{ id: "ada", name: "Ada", kind: "Section", page: "P", fromLibrary: false, words: "" },
  references: (["face", "outfit", "style", "composition", "unused"] as const).map((role) => ({
    ...{ layer: layer(`L ${role.length}`), role, weight: 0.8, start: 0, end: 1 },
  })),
};
const control: ControlLayer = {
  layer: layer("Lines"),
  start: 0,
  end: 1,
  weight: 1,
  keeps: "edges",
  drawn: false,
  mode: "balanced",
  model: "control/Canny",
};
const fill = {
  ...{ key: "k", picture: "blob:2", coverage: new Uint8Array(16), source: { width: 4, height: 4 } },
  ...{ maskBounds: { x: 0, y: 0, width: 2, height: 2 }, scale: 1, line: 2, hasLoop: true },
  ...{ fromTarget: IDENTITY, target: { width: 4, height: 4 } },
};
const expand = { left: 0, top: 0, right: 2, bottom: 0 };
const recommended = CATALOGUE.map(({ files: _, ...row }) => ({ ...row, installed: false }));

export const VIEWS: Readonly<Record<string, Partial<State>>> = {
  "no companion": { loaded: true, connection: { kind: "off" } },
  "a browser in the way": { loaded: true, connection: { kind: "blocked-by-browser" } },
  "Figma in the way": { loaded: true, connection: { kind: "blocked-by-csp" } },
  "another program": { loaded: true, connection: { kind: "wrong-app" } },
  looking: { loaded: true, connection: { kind: "connecting" } },
  "another version": { loaded: true, connection: { kind: "version-mismatch", companion: "9" } },
  pairing: { loaded: true, connection: { kind: "unpaired", version: "1", codeDigits: 9 } },
  "pairing with a studio": {
    loaded: true,
    connection: { kind: "unpaired", version: "1", codeDigits: 9, invited: true },
  },
  "a refusal": {
    loaded: true,
    connection: { kind: "refused", problem: { code: "unauthorised", message: "Words from elsewhere." } },
  },
  "nothing selected": ready,
  generate: { ...on, references: [reference], controls: [control] },
  "what is not there": {
    ...on,
    controls: [{ ...control, model: "gone" }],
    settings: { ...DEFAULT_SETTINGS, loras: [{ model: "gone", weight: 1 }] },
  },
  edit: { ...on, mode: "edit" },
  "a picture that is split into layers": {
    ...on,
    ...{ mode: "edit", prompt: "", settings: { ...DEFAULT_SETTINGS, splitInto: 3 } },
    companion: { ...whole, models: [model, { ...model, id: "layered", name: "Q", splits: true, plain: true }] },
  },
  fill: { ...on, mode: "fill", selection: target("Photo", "Spot"), fill },
  "a mask that covers nothing": {
    ...on,
    mode: "fill",
    selection: target("Photo", "Spot"),
    fill: { ...fill, maskBounds: null },
  },
  "Fill without a mask": {
    ...{ ...on, mode: "fill", selection: { ...target("Photo"), room: expand } as SelectionInfo },
    fill: { ...fill, maskBounds: null },
  },
  "a picture that is expanded": {
    ...{ ...on, mode: "fill", selection: target("Photo"), expansion: { target: "id of Photo", margins: expand } },
    fill: { ...fill, expand },
  },
  "a mask around its picture": {
    ...{ ...on, mode: "fill", selection: { ...target("Photo", "Spot"), beyond: "around" } as SelectionInfo },
    fill: { ...fill, expand },
  },
  several: {
    ...on,
    selection: {
      kind: "several",
      layers: [layer("A"), layer("B")],
      targets: [layer("A"), layer("B")].map((each) => ({ ...each, texts: [] })),
      total: 2,
    },
    table: { columns: ["name"], rows: [["A"]] },
  },
  "a layer that is none": {
    ...on,
    selection: { kind: "unsupported", name: "S", problem: { code: "selection-unsupported", message: "No." } },
  },
  models: {
    ...on,
    view: "models",
    recommended,
    downloads: [
      { repo: CATALOGUE[0]!.repo, state: "running", done: 1e8, total: 2e9 },
      {
        ...{ repo: CATALOGUE[1]!.repo, state: "failed", done: 0, total: 0 },
        problem: {
          code: "download-failed",
          message: '"a/b" cannot be reached (getaddrinfo ENOTFOUND): check the connection.',
        },
      },
    ],
  },
  "no characters": { ...on, view: "characters" },
  characters: {
    ...on,
    view: "characters",
    characters: [ada, { ...ada, id: "ben", name: "Ben", fromLibrary: true }],
    report: {
      character: ada.id,
      rows: [0.4, 0.7, 0.8, 0.95].map((value, i) => ({
        layer: layer(`N${i}`),
        name: `N${i}`,
        page: "P",
        value,
        unlike: 0.1,
      })),
    },
  },
  "a character without pictures": {
    ...{ ...on, view: "characters", characters: [{ ...ada, references: [] }] },
    report: { character: ada.id, rows: [] },
  },
  "a character that is checked": {
    ...on,
    view: "characters",
    characters: [ada],
    report: { character: ada.id, rows: null },
  },
  "a character in the prompt": { ...on, prompt: "@Ada", characters: [ada] },
  "pictures that were judged": {
    ...pictures,
    pictures: [0.4, 0.7, 0.8, 0.95].map((value, i) => ({
      ...done,
      job: job(`j${i}`, { index: i, of: 4 }),
      likeness: [{ character: "ada", name: "Ada", value, unlike: 0.1 }],
    })),
  },
  pictures: { ...pictures, pictures: [done, failed] },
  "a draft": {
    ...pictures,
    pictures: [{ ...done, recipe: { ...recipe, draft: { steps: 25 }, request: { ...recipe.request, steps: 10 } } }],
  },
  "what drafts are": { ...on, settings: { ...DEFAULT_SETTINGS, draft: true } },
  painting: { ...pictures, pictures: [running, done, failed] },
  "a failure": { ...pictures, chosen: "b", pictures: [failed] },
  "a picture closely": { ...pictures, close: true, pictures: [done] },
  "several layers": { ...pictures, chosen: null, pictures: rows },
  "bad news": {
    ...on,
    notice: { tone: "problem", text: "…", action: { label: "…", name: "place-beside", job: "a", overAnyway: true } },
    pictures: [done],
  },
  "a companion that went away": { ...on, connection: { kind: "off" } },
  "trying Figma out": { loaded: true, view: "self-test", companion: whole },
};

/** A store in that state. */
export function storeOf(view: Partial<State>, settings: Partial<State["settings"]> = {}): Store {
  const state: State = { ...INITIAL_STATE, ...view };
  const whole = { ...state, settings: { ...state.settings, model: model.id, ...settings } };
  const store = new Store();
  Object.defineProperty(store, "state", { get: () => whole });
  store.dispatch = (_: AppEvent) => {};
  return store;
}
