/** Who is the client? Everything between the challenge and the welcome, and who is shown out. */
import { HELLO_MS } from "../../companion/gateway/connection.ts";
import { companionAt, randomSecret, verifyProof } from "../../shared/pairing.ts";
import { PORT, PROTOCOL_VERSION } from "../../shared/protocol.ts";
import { id, open, paired, submit } from "./connected.ts";
import { TestClient } from "./test-client.ts";
import { CODE } from "./test-host.ts";

test("the companion speaks first, and every client gets a nonce of its own", () => {
  const host = open();
  const [a, b] = [new TestClient(host), new TestClient(host)];
  expect(a.messages).toEqual([
    { type: "challenge", protocol: PROTOCOL_VERSION, nonce: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ]);
  expect(a.messages).not.toEqual(b.messages);
});

test("pairing by code gives both sides a token, which is never sent, to prove from then on", async () => {
  const host = open();
  const { client, token } = await paired(host);
  const [welcome] = client.ofType("welcome");
  expect(welcome).toMatchObject({ version: "0.0.0", modelsFolder: "/models", jobs: [] });
  expect(verifyProof(companionAt(PORT), welcome!.proof, { token: token.token, nonces: client.nonces })).toBe(true);

  expect(JSON.stringify(client.messages)).not.toContain(token.token);

  const again = new TestClient(host);
  const second = await again.prove(token);
  expect(verifyProof(companionAt(PORT), second.proof, { token: token.token, nonces: again.nonces })).toBe(true);
  expect(host.events.map((event) => event.type)).toEqual(["paired", "connected", "connected"]);
});

test.each([
  ["a wrong token", (token: { pairing: string }) => ({ ...token, token: randomSecret() })],
  ["an unknown pairing", (token: { token: string }) => ({ ...token, pairing: id(5) })],
])("%s is refused and closed", async (_, change) => {
  const host = open();
  const { token } = await paired(host);
  const client = new TestClient(host);
  await expect(client.prove(change({ ...token }) as typeof token)).rejects.toThrow("unauthorised");
  expect(client.last).toMatchObject({ type: "refused", problem: { code: "unauthorised" } });
});

test("a proof can't be replayed: the next challenge has another nonce", async () => {
  const host = open();
  const { token } = await paired(host);
  const first = new TestClient(host);
  let hello: object = {};
  const send = first.send.bind(first);
  first.send = (message) => {
    hello = message;
    send(message);
  };
  await first.prove(token);
  const thief = new TestClient(host);
  thief.send(hello);
  expect(thief.last).toMatchObject({ type: "refused", problem: { code: "unauthorised" } });
});

test("a hello without code and proof is refused", () => {
  const client = new TestClient(open());
  client.hello({});
  expect(client.last).toMatchObject({ type: "refused", problem: { code: "unauthorised" } });
  expect(client.closed).toBe("unauthorised");
});

test("wrong codes by others never keep the owner's right one out", async () => {
  const host = open();
  for (let i = 0; i < 40; i++) {
    const client = new TestClient(host);
    await expect(client.pair("000000")).rejects.toThrow("pairing-code-wrong");
    expect(client.last).toMatchObject({ type: "refused", problem: { code: "pairing-code-wrong" } });
    expect(client.ofType("pairing-confirm")).toEqual([]);
  }
  await new TestClient(host).pair(CODE);
});

test("a guess shows nothing but that it was wrong: the companion confirms only to who knows the code", () => {
  const host = open();
  const client = new TestClient(host);
  client.begin("000000").confirm();
  expect(client.messages.map(({ type }) => type)).toEqual(["challenge", "pairing-share", "refused"]);
});

test("each step of pairing is heard only where it has its place", async () => {
  const host = open();
  const steps: [string, (client: TestClient) => void][] = [
    ["confirm before a share", (client) => client.send({ type: "pairing-confirm", confirmation: "0".repeat(64) })],
    ["jobs before a share", (client) => client.send({ type: "pairing-jobs", jobs: [] })],
    [
      "jobs instead of the confirmation",
      (client) => {
        client.begin(CODE);
        client.send({ type: "pairing-jobs", jobs: [] });
      },
    ],
    [
      "a second hello",
      (client) => {
        client.begin(CODE);
        client.hello({ share: `04${"0".repeat(128)}` });
      },
    ],
    [
      "a job instead of the pairing's jobs",
      (client) => {
        client.begin(CODE).confirm();
        client.send(submit(1));
      },
    ],
  ];
  for (const [what, play] of steps) {
    const client = new TestClient(host);
    play(client);
    expect([what, client.last]).toMatchObject([what, { type: "refused", problem: { code: "unauthorised" } }]);
    expect(client.ofType("welcome")).toEqual([]);
  }
});

test("nothing but hello is heard before the client has proven itself", () => {
  const host = open();
  for (const message of [submit(1), { type: "list-models" }, { type: "attach", job: id(1) }]) {
    const client = new TestClient(host);
    client.send(message);
    expect(client.last).toMatchObject({ type: "refused", problem: { code: "unauthorised" } });
    expect(client.closed).toBeDefined();
    client.send(submit(1));
    client.hello({ share: `04${"0".repeat(128)}` });
    expect(client.messages).toHaveLength(2);
  }
});

test("a client that says nothing is closed after three seconds", () => {
  jest.useFakeTimers();
  const client = new TestClient(open());
  jest.advanceTimersByTime(HELLO_MS - 1);
  expect(client.closed).toBeUndefined();
  jest.advanceTimersByTime(1);
  expect(client.last).toMatchObject({ type: "refused", problem: { code: "unauthorised" } });
  expect(client.closed).toBeDefined();
});

test.each([
  [PROTOCOL_VERSION - 1, "update the plugin"],
  [PROTOCOL_VERSION + 1, "update the companion"],
])("a hello of protocol %d is told what to update, whatever else it says", (protocol, advice) => {
  const client = new TestClient(open());
  client.hello({ protocol, fieldOfTheFuture: true });
  expect(client.last).toMatchObject({ type: "refused", problem: { code: "protocol-version" } });
  expect(JSON.stringify(client.last)).toContain(advice);
});

test("a revoked pairing is closed at its next message", async () => {
  const host = open();
  const { client, token } = await paired(host);
  host.pairings.revoke(token.pairing);
  client.send({ type: "list-models" });
  expect(client.last).toMatchObject({ type: "refused", problem: { code: "unauthorised" } });
  expect(client.closed).toBe("unauthorised");
});
