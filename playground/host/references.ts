/** Things that cross between plugin and host by name, not by value. */

/** A node of the document, by its id. */
export class NodeRef {
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}

/** An image of the file, by its hash. */
export class ImageRef {
  readonly hash: string;
  constructor(hash: string) {
    this.hash = hash;
  }
}

/** A function that lives in the plugin, by its number. */
export class CallbackRef {
  readonly number: number;
  constructor(number: number) {
    this.number = number;
  }
}

/** An object of functions that live in the host, such as a notification's handle. */
export class HandleRef {
  readonly methods: Readonly<Record<string, (...args: readonly unknown[]) => void>>;
  constructor(methods: HandleRef["methods"]) {
    this.methods = methods;
  }
}

/** `figma.mixed`. */
export const MIXED = Symbol("figma.mixed");
