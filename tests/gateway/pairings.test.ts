import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CODE_MS, type CodeState, LOCK_MS, PairingCode } from "../../companion/gateway/pairing-code.ts";
import { Pairings } from "../../companion/gateway/pairings.ts";

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

test("Pairings keeps what it adds, for the user's eyes only", () => {
  const { id, token } = new Pairings(file).add("build");
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(token).toMatch(/^[0-9a-f]{64}$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(new Pairings(file).find(id)).toMatchObject({ token, build: "build" });
  expect(readdirSync(path.dirname(file))).toEqual(["pairings.json"]);
});

test("Pairings sees at once what another process revoked", () => {
  const running = new Pairings(file);
  const { id } = running.add("a");
  const other = running.add("b");
  new Pairings(file).revoke(id);
  expect(running.find(id)).toBeUndefined();
  expect(running.list().map((pairing) => pairing.id)).toEqual([other.id]);
  expect(() => running.revoke(id)).toThrow(expect.objectContaining({ code: "unauthorised" }));
});

test("Pairings without a file is empty; a damaged file is named and left alone", () => {
  expect(new Pairings(file).list()).toEqual([]);
  expect(existsSync(file)).toBe(false);
  new Pairings(file).add("a");
  writeFileSync(file, "{}");
  expect(() => new Pairings(file).list()).toThrow(expect.objectContaining({ code: "data-damaged" }));
  expect(() => new Pairings(file).add("b")).toThrow(/delete it and pair the plugin again/);
});

function openCode() {
  jest.useFakeTimers();
  const states: CodeState[] = [];
  const code = new PairingCode({ onChange: (state) => states.push(state) });
  const shown = () => (states.at(-1) as { code: string }).code;
  const wrong = () => String((Number(shown()) + 1) % 1_000_000).padStart(6, "0");
  return { code, states, shown, wrong };
}

test("a code has six digits and works once", () => {
  const { code, states, shown } = openCode();
  const first = shown();
  expect(first).toMatch(/^\d{6}$/);
  code.redeem(first);
  expect(states).toHaveLength(2);
  expect(shown()).not.toBe(first);
  expect(() => code.redeem(first)).toThrow(expect.objectContaining({ code: "pairing-code-wrong" }));
});

test("a code is replaced after two minutes", () => {
  const { code, states, shown } = openCode();
  const first = shown();
  jest.advanceTimersByTime(CODE_MS - 1);
  expect(states).toHaveLength(1);
  jest.advanceTimersByTime(1);
  expect(states).toHaveLength(2);
  expect(() => code.redeem(first)).toThrow(/wrong or has expired/);
});

test("five wrong codes lock, longer each time, until a pairing succeeds", () => {
  const { code, states, shown, wrong } = openCode();
  const fail = (times: number) => {
    const digits = wrong();
    for (let i = 0; i < times; i++) expect(() => code.redeem(digits)).toThrow(/wrong/);
  };
  fail(4);
  expect(states).toHaveLength(1);
  const first = shown();
  fail(1);
  expect(states.at(-1)).toEqual({ kind: "locked", ms: LOCK_MS });
  expect(() => code.redeem(first)).toThrow(expect.objectContaining({ code: "pairing-locked" }));
  jest.advanceTimersByTime(LOCK_MS);
  expect(states.at(-1)!.kind).toBe("shown");
  fail(5);
  expect(states.at(-1)).toEqual({ kind: "locked", ms: 2 * LOCK_MS });
  jest.advanceTimersByTime(2 * LOCK_MS);
  code.redeem(shown());
  fail(5);
  expect(states.at(-1)).toEqual({ kind: "locked", ms: LOCK_MS });
});
