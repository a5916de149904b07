import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { type ServedPlayground, servePlayground } from "../../playground/serve.ts";

let served: ServedPlayground;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "playground-"));
  mkdirSync(path.join(folder, "dist/playground"), { recursive: true });
  writeFileSync(path.join(folder, "dist/playground/index.html"), "<p>hello</p>");
  writeFileSync(path.join(folder, "package.json"), "secret");
  served = await servePlayground({ root: folder, port: 0 });
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true });
});

/** A raw request: fetch would tidy the path and the Host. */
function request(
  target: string,
  options: { host?: string; method?: string } = {},
): Promise<{ status: number; body: string }> {
  const { port } = new URL(served.url);
  const headers = { host: options.host ?? `127.0.0.1:${port}` };
  return new Promise((resolve, reject) => {
    const sent = http.request(
      { host: "127.0.0.1", port, path: target, method: options.method ?? "GET", headers },
      (answer) => {
        let body = "";
        answer.on("data", (chunk) => {
          body += chunk;
        });
        answer.on("end", () => resolve({ status: answer.statusCode!, body }));
      },
    );
    sent.on("error", reject);
    sent.end();
  });
}

test("servePlayground() serves the page", async () => {
  expect(await request("/?theme=dark")).toEqual({ status: 200, body: "<p>hello</p>" });
});

test.each([
  "/package.json",
  "/../package.json",
  "/dist/playground/../../package.json",
  "/%2e%2e/package.json",
  "/..%2fpackage.json",
  "//package.json",
  "/constructor",
  "/__proto__",
])("servePlayground() does not serve %s", async (target) => {
  const { status, body } = await request(target);
  expect(status).toBe(404);
  expect(body).not.toContain("secret");
});

test("servePlayground() answers to localhost's names only, and only to GET", async () => {
  expect((await request("/", { host: "evil.example:47823" })).status).toBe(403);
  expect((await request("/", { host: "127.0.0.1" })).status).toBe(403);
  expect((await request("/", { method: "POST" })).status).toBe(405);
});

test("servePlayground() says which file is missing", async () => {
  expect(await request("/app.js")).toEqual({
    status: 404,
    body: "dist/playground/app.js is missing: run npm run build",
  });
});
