import { readFileSync } from "node:fs";
import path from "node:path";
import { readImageHeader } from "../../playground/host/image-header.ts";
import { parseManifest } from "../../playground/host/manifest.ts";
import { checkDomain, contentSecurityPolicy } from "../../playground/host/network-access.ts";
import { sha1 } from "../../playground/host/sha1.ts";
import { root } from "./test-stage.ts";

const own = JSON.parse(readFileSync(path.join(root, "manifest.json"), "utf8")) as Record<string, unknown>;

test("parseManifest() takes Underpaint's own manifest", () => {
  expect(parseManifest(JSON.stringify(own)).name).toBe("Underpaint");
});

test.each([
  [{ documentAccess: undefined }, "dynamic-page"],
  [{ id: "" }, '"id" is required'],
  [{ main: "../main.js" }, "must lie in the manifest's folder"],
  [{ ui: "/etc/passwd" }, "must lie in the manifest's folder"],
  [{ editorType: ["figjam", "dev"] }, "cannot stand together"],
  [{ permissions: ["everything"] }, 'Unknown permission "everything"'],
  [{ nonsense: 1 }, 'Unknown key "nonsense"'],
  [{ menu: [{ name: "A", command: "a", parameters: [{ name: "B" }] }] }, "A parameter needs name and key"],
  [
    { menu: [{ name: "A", command: "a", parameters: [{ name: "B", key: "b", free: true }] }] },
    'Unknown or wrong "free"',
  ],
  [
    {
      menu: [
        { name: "A", command: "a", parameters: ["b", "c"].map((key, i) => ({ name: key, key, optional: i === 0 })) },
      ],
    },
    "stands after one that is optional",
  ],
  [{ networkAccess: { allowedDomains: [] } }, "must not be empty"],
  [{ networkAccess: { allowedDomains: ["http://localhost:1"] } }, '"reasoning" is required'],
  [
    { networkAccess: { allowedDomains: ["http://127.0.0.1:8790"], reasoning: "x" } },
    "'http://127.0.0.1:8790' must be a valid URL",
  ],
])("parseManifest() refuses %j", (change, message) => {
  expect(() => parseManifest(JSON.stringify({ ...own, ...change }))).toThrow(message);
});

test("checkDomain() knows Figma's grammar", () => {
  const right = ["ws://localhost:47821", "http://localhost", "https://*.example.org/api", "*", "none"];
  const wrong = [
    "http://127.0.0.1:1",
    "ws://localhost:*",
    "http://[::1]:1",
    "example.org",
    "ftp://a.b",
    "http://nodots",
    "http://*.*.a.b",
  ];
  expect(right.map((domain) => checkDomain("allowedDomains", domain))).toEqual(right.map(() => null));
  expect(wrong.filter((domain) => checkDomain("allowedDomains", domain) === null)).toEqual([]);
});

test("contentSecurityPolicy() allows the named domains with exact scheme and port", () => {
  expect(contentSecurityPolicy({ allowedDomains: ["ws://localhost:47821"] })).toBe(
    "default-src data: blob: ws://localhost:47821; script-src 'unsafe-inline' 'unsafe-eval' data: blob: ws://localhost:47821; style-src 'unsafe-inline' 'unsafe-eval' data: blob: ws://localhost:47821; font-src data: blob: ws://localhost:47821",
  );
  expect(contentSecurityPolicy({ allowedDomains: ["*"] })).toBeNull();
  expect(contentSecurityPolicy({ allowedDomains: ["none"] })).toContain("default-src data: blob:;");
});

test("sha1() agrees with FIPS 180-4's examples", () => {
  const of = (text: string) => sha1(new TextEncoder().encode(text));
  expect(of("abc")).toBe("a9993e364706816aba3e25717850c26c9cd0d89d");
  expect(of("")).toBe("da39a3ee5e6b4b0d3255bfef95601890afd80709");
  expect(of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).toBe(
    "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
  );
});

test("readImageHeader() reads GIF and JPEG, and refuses WebP and cut files", () => {
  const bytes = (text: string) => Uint8Array.from(text.match(/../g)!, (pair) => Number.parseInt(pair, 16));
  expect(readImageHeader(bytes("4749463839610a00140080000000"))).toEqual({ format: "gif", width: 10, height: 20 });
  expect(readImageHeader(bytes("ffd8ffe000040000ffc0001108001e00280301220000"))).toEqual({
    format: "jpeg",
    width: 40,
    height: 30,
  });
  expect(readImageHeader(new TextEncoder().encode("RIFF\0\0\0\0WEBPVP8 "))).toBeNull();
  expect(readImageHeader(bytes("89504e470d0a1a0a"))).toBeNull();
});
