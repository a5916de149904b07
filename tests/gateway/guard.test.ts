import { refuseHealth, refuseUpgrade } from "../../companion/gateway/guard.ts";

const upgrade = (headers: object = {}, url = "/v1") => ({
  method: "GET",
  url,
  headers: { host: "localhost:47821", origin: "null", "sec-websocket-protocol": "underpaint.v1", ...headers },
});

test.each(["localhost:47821", "127.0.0.1:47821", "[::1]:47821", "LOCALHOST:47821"])("Host %s is ours", (host) => {
  expect(refuseUpgrade(upgrade({ host }), 47821)).toBeUndefined();
});

test.each([
  "localhost",
  "localhost:80",
  "evil.example:47821",
  "localhost:47821.evil.example",
  "localhost.:47821",
  "",
  undefined,
])("Host %p is refused", (host) => {
  expect(refuseUpgrade(upgrade({ host }), 47821)).toBe(403);
  expect(refuseHealth({ method: "GET", url: "/health", headers: { host } }, 47821)).toBe(403);
});

test.each(["https://www.figma.com", "https://evil.example", "http://localhost:47821", "Null", "", undefined])(
  "Origin %p is refused for the WebSocket",
  (origin) => {
    expect(refuseUpgrade(upgrade({ origin }), 47821)).toBe(403);
  },
);

test("refuseUpgrade() wants the exact path and the one subprotocol", () => {
  expect(refuseUpgrade(upgrade({}, "/v1?token=x"), 47821)).toBe(404);
  expect(refuseUpgrade(upgrade({}, "/"), 47821)).toBe(404);
  expect(refuseUpgrade(upgrade({ "sec-websocket-protocol": "other" }), 47821)).toBe(400);
  expect(refuseUpgrade(upgrade({ "sec-websocket-protocol": undefined }), 47821)).toBe(400);
});

test("refuseHealth() lets in GET /health without an Origin or with null, and nothing else", () => {
  const host = "localhost:47821";
  expect(refuseHealth({ method: "GET", url: "/health", headers: { host } }, 47821)).toBeUndefined();
  expect(refuseHealth({ method: "GET", url: "/health", headers: { host, origin: "null" } }, 47821)).toBeUndefined();
  expect(refuseHealth({ method: "GET", url: "/health", headers: { host, origin: "https://a.example" } }, 47821)).toBe(
    403,
  );
  expect(refuseHealth({ method: "POST", url: "/health", headers: { host } }, 47821)).toBe(404);
  expect(refuseHealth({ method: "GET", url: "/", headers: { host } }, 47821)).toBe(404);
});
