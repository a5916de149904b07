/** The quick actions box: finds a command of the plugin, and asks for its parameters one after the other. */
import { commandsIn, type MenuItem } from "../host/manifest.ts";
import type { Parameter, Suggestion } from "../host/parameters.ts";
import type { PluginRun } from "../host/run.ts";
import type { PluginHost } from "./plugin-host.ts";

const LOADING = "Loading suggestions…";

/** One parameter that was given. */
export interface Given {
  readonly key: string;
  readonly name: string;
  readonly value: unknown;
}

/** A command whose parameters are being typed. */
interface Asking {
  readonly item: MenuItem;
  readonly parameters: readonly Parameter[];
  readonly run: PluginRun;
  readonly given: readonly Given[];
  /** Of the parameter that is being typed. */
  readonly at: number;
}

export class QuickActions {
  readonly #host: PluginHost;
  isOpen = false;
  typed = "";
  asking: Asking | undefined;
  suggestions: readonly Suggestion[] = [];
  /** Which line of the list is highlighted. */
  highlighted = 0;
  /** Instead of a list. */
  message: string | undefined;
  isWrong = false;
  /** What the plugin answers to something typed before is not shown. */
  #asked = 0;

  constructor(host: PluginHost) {
    this.#host = host;
  }

  /** The commands that fit what was typed. */
  get commands(): readonly MenuItem[] {
    const { manifest } = this.#host.files;
    const wanted = this.typed.trim().toLowerCase();
    return commandsIn(manifest.menu ?? []).filter(({ name = "" }) => name.toLowerCase().includes(wanted));
  }

  get parameter(): Parameter | undefined {
    return this.asking?.parameters[this.asking.at];
  }

  open(): void {
    this.#reset({ isOpen: true });
  }

  /** Also ends the plugin where it was only asked what fits. */
  close(): void {
    if (this.asking !== undefined) this.#host.close();
    this.#reset({ isOpen: false });
  }

  /** From the menu: a command that runs only with parameters asks for them first. */
  start(item: MenuItem): void {
    if (item.parameters !== undefined && item.parameterOnly !== false) this.#enter(item);
    else {
      this.#reset({ isOpen: false });
      this.#host.start(item.command ?? "");
    }
  }

  type(text: string): void {
    this.typed = text;
    this.highlighted = 0;
    this.#ask();
  }

  move(by: number): void {
    const { length } = this.asking === undefined ? this.commands : this.suggestions;
    if (length > 0) this.highlighted = (this.highlighted + by + length) % length;
    this.#host.editor.changed();
  }

  /** Tab goes on to the next parameter; Enter runs, where all that are still missing are optional. */
  accept(key: "Tab" | "Enter"): void {
    const item = this.commands[this.highlighted];
    if (this.asking !== undefined) this.#take(this.asking, key);
    else if (item?.parameters !== undefined && key === "Tab") this.#enter(item);
    else if (item !== undefined && key === "Enter") this.start(item);
  }

  #enter(item: MenuItem): void {
    const run = this.#host.start(item.command ?? "", true);
    this.asking = { item, parameters: item.parameters!, run, given: [], at: 0 };
    this.isOpen = true;
    this.type("");
  }

  #take({ item, parameters, run, given, at }: Asking, key: "Tab" | "Enter"): void {
    const parameter = parameters[at]!;
    const suggestion = this.suggestions[this.highlighted];
    const freeform = parameter.allowFreeform && this.typed !== "" ? { name: this.typed } : undefined;
    const taken = suggestion ?? freeform;
    if (this.isWrong || (taken === undefined && parameter.optional !== true)) return;
    const value = taken && { key: parameter.key, name: taken.name, value: taken.data ?? taken.name };
    const all = value === undefined ? given : [...given, value];
    const rest = parameters.slice(at + 1);
    if (rest.length === 0 || (key === "Enter" && rest.every(({ optional }) => optional === true))) {
      this.#reset({ isOpen: false });
      run.begin(valuesOf(all));
    } else {
      this.asking = { item, parameters, run, given: all, at: at + 1 };
      this.type("");
    }
  }

  #ask(): void {
    const { asking, parameter } = this;
    const number = ++this.#asked;
    const show = (suggestions: readonly Suggestion[], message?: string, isWrong = false) => {
      if (number !== this.#asked) return;
      Object.assign(this, { suggestions, message, isWrong });
      this.#host.editor.changed();
    };
    show([], asking && LOADING);
    if (asking !== undefined && parameter !== undefined)
      asking.run.ask(parameter, this.typed, valuesOf(asking.given), {
        onSuggestions: (suggestions) => show(suggestions),
        onError: (message) => show([], message, true),
        onLoading: (message) => show([], message),
      });
  }

  #reset({ isOpen }: { readonly isOpen: boolean }): void {
    this.isOpen = isOpen;
    this.asking = undefined;
    this.type("");
  }
}

const valuesOf = (given: readonly Given[]) => Object.fromEntries(given.map(({ key, value }) => [key, value]));
