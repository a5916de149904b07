/** People who are asked in by name: one code each, for one plugin, until it is too old or taken back. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runPeople } from "../../companion/cli/people.ts";
import { readConfig } from "../../companion/config.ts";
import { INVITED_MS, Invitations } from "../../companion/gateway/invitations.ts";
import { PairingCode } from "../../companion/gateway/pairing-code.ts";
import { Pairings } from "../../companion/gateway/pairings.ts";
import { beginPairing, randomSecret } from "../../shared/pairing.ts";

let home: string;
let config: ReturnType<typeof readConfig>;
let code: PairingCode;
let shown = "";
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "underpaint-people-"));
  config = readConfig({}, { UNDERPAINT_HOME: home });
  code = new PairingCode({
    onChange: (state) => {
      shown = state.code;
    },
    invitations: new Invitations(config.invitationFile),
  });
});
afterEach(() => {
  code.close();
  jest.useRealTimers();
  jest.restoreAllMocks();
  rmSync(home, { recursive: true, force: true });
});

/** A plugin in which `digits` are typed. */
function pairs(digits: string) {
  const nonces = { client: randomSecret(), companion: randomSecret() };
  const exchange = beginPairing("client", { code: digits, nonces });
  const attempt = code.attempt({ share: exchange.share, nonces });
  return attempt.confirm(exchange.finish(attempt.share)!.confirmation);
}

test("whoever is asked in pairs once, under that name, and the shown code counts again after it", () => {
  const invitation = new Invitations(config.invitationFile).add("Ada");
  expect(statSync(config.invitationFile).mode & 0o077).toBe(0);
  expect([code.digits, code.invited]).toEqual([9, true]);
  expect(() => pairs(shown)).toThrow(expect.objectContaining({ code: "pairing-code-wrong" }));
  expect(pairs(invitation.code).name).toBe("Ada");
  expect(code.invited).toBe(false);
  expect(() => pairs(invitation.code)).toThrow(expect.objectContaining({ code: "pairing-code-wrong" }));
  expect(pairs(shown).name).toBeUndefined();
});

test("an invitation is too old after some minutes, and a file that is none invites nobody", () => {
  const invitations = new Invitations(config.invitationFile);
  invitations.add("Ada");
  jest.useFakeTimers({ now: Date.now() + INVITED_MS });
  expect(invitations.current()).toBeUndefined();
  writeFileSync(config.invitationFile, '{"name":"Ada","code":"1","until":1e99}');
  expect(invitations.current()).toBeUndefined();
  expect(() => invitations.add("\u001b[31mAda")).toThrow(expect.objectContaining({ code: "request-invalid" }));
});

test("underpaint people: asks in, lists, and shows out with all plugins of that name", async () => {
  const lines: string[] = [];
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  jest.spyOn(console, "log").mockImplementation((text) => void lines.push(String(text)));
  await runPeople(["add", "Ada", "Lovelace"], config);
  expect(lines.join("")).toMatch(/Code for Ada Lovelace: {2}\d{3} \d{3} \d{3}/);
  const pairings = new Pairings(config.pairingsFile);
  for (const name of ["Ada Lovelace", "Ada Lovelace", "Grace"])
    pairings.add({ pairing: randomSecret().slice(0, 32), token: randomSecret() }, "build", name);
  await runPeople(["list"], config);
  expect(lines.join("")).toMatch(/Ada Lovelace {2}paired .*Grace {2}paired .*Ada Lovelace {2}asked in/s);
  await runPeople(["revoke", "Ada", "Lovelace"], config);
  expect(pairings.list().map(({ name }) => name)).toEqual(["Grace"]);
  expect(new Invitations(config.invitationFile).current()).toBeUndefined();
  await expect(runPeople(["revoke", "Ada"], config)).rejects.toMatchObject({ code: "unauthorised" });
});
