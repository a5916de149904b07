import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { FORGET_MS, Guesses } from "../../companion/gateway/guesses.ts";
import { CODE_MS, type CodeState, PairingCode } from "../../companion/gateway/pairing-code.ts";
import { Pairings } from "../../companion/gateway/pairings.ts";
import { beginPairing, randomSecret } from "../../shared/pairing.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "underpaint-pairings-"));
  file = path.join(folder, "home", "pairings.json");
});
afterEach(() => {
  jest.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

const secret = () => ({ pairing: randomSecret().slice(0, 32), token: randomSecret() });

test("Pairings keeps what it adds, for the user's eyes only", () => {
  const { pairing: id, token } = secret();
  new Pairings(file).add({ pairing: id, token }, "build");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(new Pairings(file).find(id)).toMatchObject({ token, build: "build" });
  expect(readdirSync(path.dirname(file))).toEqual(["pairings.json"]);
});

test("Pairings refuses an id that it has: the first token goes on, alone", () => {
  const pairings = new Pairings(file);
  const [first, second] = [secret(), secret()];
  pairings.add(first, "a", "Ada");
  for (const token of [second.token, first.token])
    expect(() => pairings.add({ ...second, pairing: first.pairing, token }, "b")).toThrow(
      expect.objectContaining({ code: "unauthorised" }),
    );
  expect(new Pairings(file).list()).toMatchObject([{ id: first.pairing, token: first.token, build: "a", name: "Ada" }]);
  pairings.revoke(first.pairing);
  pairings.add({ ...second, pairing: first.pairing }, "b");
  expect(pairings.find(first.pairing)).toMatchObject({ token: second.token });
});

test("Pairings sees at once what another process revoked", () => {
  const running = new Pairings(file);
  const [{ pairing: id }, other] = [secret(), secret()];
  running.add({ ...other, pairing: id }, "a");
  running.add(other, "b");
  new Pairings(file).revoke(id);
  expect(running.find(id)).toBeUndefined();
  expect(running.list().map((pairing) => pairing.id)).toEqual([other.pairing]);
  expect(() => running.revoke(id)).toThrow(expect.objectContaining({ code: "unauthorised" }));
});

test("Pairings without a file is empty; a damaged file is named and left alone", () => {
  expect(new Pairings(file).list()).toEqual([]);
  expect(existsSync(file)).toBe(false);
  new Pairings(file).add(secret(), "a");
  writeFileSync(file, "{}");
  expect(() => new Pairings(file).list()).toThrow(expect.objectContaining({ code: "data-damaged" }));
  expect(() => new Pairings(file).add(secret(), "b")).toThrow(/delete it and pair the plugin again/);
});

function openCode(guesses?: Guesses) {
  jest.useFakeTimers();
  const states: CodeState[] = [];
  const code = new PairingCode({ onChange: (state) => states.push(state), ...(guesses && { guesses }) });
  const shown = () => states.at(-1)!.code;
  const nonces = { client: randomSecret(), companion: randomSecret() };
  /** A plugin that has typed `digits`, up to its confirmation. */
  const type = (digits: string) => {
    const exchange = beginPairing("client", { code: digits, nonces });
    const attempt = code.attempt({ share: exchange.share, nonces });
    const key = exchange.finish(attempt.share)!;
    return { key, confirm: () => attempt.confirm(key.confirmation) };
  };
  const fail = (times: number) => {
    const digits = shown().replace(/./g, (digit) => String((Number(digit) + 1) % 10));
    for (let i = 0; i < times; i++) expect(type(digits).confirm).toThrow(/wrong or has expired/);
  };
  return { states, shown, type, fail };
}

test("a code has six digits, works once, and gives both sides the same secret", () => {
  const { states, shown, type } = openCode();
  const first = shown();
  expect(first).toMatch(/^\d{6}$/);
  const [one, two] = [type(first), type(first)];
  const { confirmation, secret } = one.confirm();
  expect(one.key.confirmedBy(confirmation)).toBe(true);
  expect(secret).toEqual(one.key.secret);
  expect(secret).toEqual({
    pairing: expect.stringMatching(/^[0-9a-f]{32}$/),
    token: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(states).toHaveLength(2);
  expect(shown()).not.toBe(first);
  expect(two.confirm).toThrow(expect.objectContaining({ code: "pairing-code-wrong" }));
});

test("a code is replaced after two minutes", () => {
  const { states, shown, type } = openCode();
  const first = type(shown());
  jest.advanceTimersByTime(CODE_MS - 1);
  expect(states).toHaveLength(1);
  jest.advanceTimersByTime(1);
  expect(states).toHaveLength(2);
  expect(first.confirm).toThrow(/wrong or has expired/);
});

test("wrong codes make the next one longer, are counted over codes, and lock nobody out", () => {
  const { shown, type, fail } = openCode();
  for (let i = 0; i < 4; i++) {
    fail(1);
    jest.advanceTimersByTime(CODE_MS);
    expect(shown()).toMatch(/^\d{6}$/);
  }
  fail(1);
  expect(shown()).toMatch(/^\d{9}$/);
  const long = shown();
  fail(3);
  expect(shown()).toBe(long);
  type(long).confirm();
  expect(shown()).toMatch(/^\d{9}$/);
});

test("wrong codes are counted over restarts, and forgotten after thirty days without one", () => {
  const kept = path.join(folder, "guesses.json");
  openCode(new Guesses(kept)).fail(4);
  const second = openCode(new Guesses(kept));
  expect(second.shown()).toMatch(/^\d{6}$/);
  second.fail(1);
  expect(openCode(new Guesses(kept)).shown()).toMatch(/^\d{9}$/);
  jest.advanceTimersByTime(FORGET_MS + 1);
  expect(new Guesses(kept).count).toBe(0);
});

test("a count that is damaged counts as none", () => {
  const kept = path.join(folder, "guesses.json");
  writeFileSync(kept, '{"count":-1');
  expect(new Guesses(kept).count).toBe(0);
});
