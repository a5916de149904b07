import { createHash, createHmac } from "node:crypto";
import { equalInConstantTime, fromHex, proofOf, randomSecret, toHex, verifyProof } from "../../shared/pairing.ts";
import { hmacSha256, sha256 } from "../../shared/sha256.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

// FIPS 180-4 examples (NIST "SHA256.pdf").
test.each([
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
])("sha256() of %p", (message, digest) => {
  expect(toHex(sha256(utf8(message)))).toBe(digest);
});

// RFC 4231, test cases 1, 2, 6.
test.each([
  ["0b".repeat(20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
  [
    toHex(utf8("Jefe")),
    "what do ya want for nothing?",
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  [
    "aa".repeat(131),
    "Test Using Larger Than Block-Size Key - Hash Key First",
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  ],
])("hmacSha256() with key %s", (key, message, expected) => {
  expect(toHex(hmacSha256(fromHex(key), utf8(message)))).toBe(expected);
});

test("sha256() and hmacSha256() agree with OpenSSL for every length up to three blocks", () => {
  for (let length = 0; length <= 192; length++) {
    const message = Uint8Array.from({ length }, (_, i) => i * 7);
    expect(toHex(sha256(message))).toBe(createHash("sha256").update(message).digest("hex"));
    expect(toHex(hmacSha256(message, message))).toBe(createHmac("sha256", message).update(message).digest("hex"));
  }
});

test("verifyProof() accepts only the right prover, token and nonce", () => {
  const secret = { token: randomSecret(), nonce: randomSecret() };
  const proof = proofOf("client", secret);
  expect(proof).toMatch(/^[0-9a-f]{64}$/);
  expect(verifyProof("client", proof, secret)).toBe(true);
  expect(verifyProof("companion", proof, secret)).toBe(false);
  expect(verifyProof("client", proof, { ...secret, token: randomSecret() })).toBe(false);
  expect(verifyProof("client", proof, { ...secret, nonce: randomSecret() })).toBe(false);
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

test("fromHex() reads what toHex() writes and nothing else", () => {
  expect([...fromHex(toHex(Uint8Array.of(0, 9, 255)))]).toEqual([0, 9, 255]);
  expect(() => fromHex("abc")).toThrow(RangeError);
  expect(() => fromHex("zz")).toThrow(RangeError);
});
