/** What those who share the queue tell each other at once. Whoever was away meanwhile has missed it, and looks. */
import type { Redis } from "ioredis";

type Listener = (message: Buffer) => void;

export class Channels {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #returns = new Set<() => void>();

  /** Owns the connection. */
  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
    let known = false;
    redis.on("ready", () => {
      if (known) for (const listener of [...this.#returns]) listener();
      known = true;
    });
    redis.on("messageBuffer", (channel: Buffer, message: Buffer) => {
      for (const listener of [...(this.#listeners.get(channel.toString()) ?? [])]) listener(message);
    });
  }

  /** Resolves when everything that is said from now on is heard; to how to stop. */
  async listen(name: string, listener: Listener): Promise<() => void> {
    const channel = this.#prefix + name;
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(listener));
    await this.#redis.subscribe(channel);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.#listeners.get(channel) !== listeners) return;
      this.#listeners.delete(channel);
      this.#redis.unsubscribe(channel).catch(() => {});
    };
  }

  /** The connection was lost, and is back. */
  onReturn(listener: () => void): void {
    this.#returns.add(listener);
  }

  close(): void {
    this.#listeners.clear();
    this.#returns.clear();
    this.#redis.disconnect();
  }
}
