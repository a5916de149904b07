import {
  beginPairing,
  companionAt,
  equalInConstantTime,
  proofOf,
  randomSecret,
  verifyProof,
} from "../../shared/pairing.ts";

const freshNonces = () => ({ client: randomSecret(), companion: randomSecret() });

test("verifyProof() accepts only the right prover, token and nonces", () => {
  const secret = { token: randomSecret(), nonces: freshNonces() };
  const proof = proofOf("client", secret);
  expect(proof).toMatch(/^[0-9a-f]{64}$/);
  expect(verifyProof("client", proof, secret)).toBe(true);
  for (const reached of [47821, "relayed"] as const) {
    expect(verifyProof(companionAt(reached), proof, secret)).toBe(false);
    expect(verifyProof(companionAt(reached), proofOf(companionAt(reached), secret), secret)).toBe(true);
    expect(verifyProof(companionAt(reached), proofOf(companionAt(50_000), secret), secret)).toBe(false);
  }
  expect(verifyProof("client", proof, { ...secret, token: randomSecret() })).toBe(false);
  const { client, companion } = secret.nonces;
  for (const nonces of [freshNonces(), { client, companion: client }, { client: companion, companion: client }])
    expect(verifyProof("client", proof, { ...secret, nonces })).toBe(false);
  expect(verifyProof("client", "", secret)).toBe(false);
});

test("equalInConstantTime() compares whole texts", () => {
  expect(equalInConstantTime("", "")).toBe(true);
  expect(equalInConstantTime("abc", "abc")).toBe(true);
  expect(equalInConstantTime("abc", "abd")).toBe(false);
  expect(equalInConstantTime("abc", "ab")).toBe(false);
  expect(equalInConstantTime("ab", "abab")).toBe(false);
  expect(equalInConstantTime("", "a")).toBe(false);
  expect(equalInConstantTime("a", "")).toBe(false);
});

function pair(
  codes: { client: string; companion: string },
  nonces = [freshNonces(), freshNonces()].fill(freshNonces()),
) {
  const client = beginPairing("client", { code: codes.client, nonces: nonces[0]! });
  const companion = beginPairing("companion", { code: codes.companion, nonces: nonces[1]! });
  return { client: client.finish(companion.share)!, companion: companion.finish(client.share)! };
}

test("beginPairing() gives both sides one secret where they know one code", () => {
  const { client, companion } = pair({ client: "417052", companion: "417052" });
  expect(client.confirmedBy(companion.confirmation)).toBe(true);
  expect(companion.confirmedBy(client.confirmation)).toBe(true);
  expect(client.secret).toEqual(companion.secret);
  expect(client.confirmedBy(client.confirmation)).toBe(false);
});

test("beginPairing() confirms nothing for another code, or for nonces of another connection", () => {
  for (const { client, companion } of [
    pair({ client: "417052", companion: "417053" }),
    pair({ client: "417052", companion: "417052" }, [freshNonces(), freshNonces()]),
  ]) {
    expect(client.confirmedBy(companion.confirmation)).toBe(false);
    expect(companion.confirmedBy(client.confirmation)).toBe(false);
    expect(client.secret).not.toEqual(companion.secret);
  }
});
