/** Attacks through what a paired plugin may send, and by raw bytes: hostile recipes, pictures in other formats, others' jobs. */
import type { Socket } from "node:net";
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { servePlayground } from "../../playground/serve.ts";
import { until } from "../gateway/test-client.ts";
import { submitMessage } from "../submit-message.ts";
import { CODE } from "./attacked-companion.ts";
import { ask, companion, dial, ends, home, id, owner, play, raw } from "./siege.ts";

const gray = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: "#888" } });
const BASE = { model: "starter", prompt: "", seed: 1, width: 64, height: 64, steps: 1 };
const ended = (job: string) => until(() => owner.messages.some((message) => ends(message, job)));

test(
  "what a hostile recipe asks for is refused by name before it is begun",
  () =>
    play("a Figma file's recipe neither runs for ever nor fills the memory", async () => {
      const scheduler = (name: string, more: object) => ({ scheduler: { name, ...more } });
      const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
      const hostile: object[] = [
        scheduler("ddim", { num_train_timesteps: 1e9 }),
        ...[0, 1e15, -1, 1.5].map((solver_order) => scheduler("unipc", { solver_order })),
        ...[1e9, -1, 0.5, "20", null].map((steps) => ({ steps })),
        ...[0, 1, 1e9, -64, 63.5].map((width) => ({ width })),
        ...[-1, 2 ** 60, 1.5].map((seed) => ({ seed })),
        { guidanceScale: 1e308 },
        { prompt: "a".repeat(200_000) },
        { negativePrompt: "((((".repeat(50_000) },
        { loras: many(10_000, () => ({ model: "starter" })) },
        { references: many(5000, () => ({ image: "i" })) },
        { timesteps: many(100_000, (i) => i) },
        { region: { x: 0, y: 0, width: 1e12, height: 1e12 } },
        { region: { x: 1e300, y: 0, width: 64, height: 64 } },
        JSON.parse('{"__proto__":{"steps":1},"constructor":{"prototype":{"steps":1}}}'),
      ];
      for (const [i, more] of hostile.entries()) {
        const before = owner.ofType("rejected").length;
        owner.send(submitMessage([id(i + 1)], { ...BASE, ...more }));
        await until(
          () => owner.ofType("rejected").length > before || owner.messages.some((each) => ends(each, id(i + 1))),
        );
      }
      const codes = owner.ofType("rejected").map(({ problem }) => problem.code);
      expect(codes).not.toContain("internal");
      return { attempts: hostile.length, gotIn: owner.ofType("done").length };
    }),
  60_000,
);

test(
  "pictures of other formats, and those that unpack to more than they say, are refused",
  () =>
    play("a picture is a PNG, JPEG or WebP, or nothing", async () => {
      const png = await gray(8, 8).png().toBuffer();
      const chunk = (type: string, data: Buffer) => {
        const head = Buffer.alloc(8);
        head.writeUInt32BE(data.length);
        head.write(type, 4);
        return Buffer.concat([head, data, Buffer.alloc(4)]);
      };
      const bomb = deflateSync(Buffer.alloc(64 * 2 ** 20));
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"><image xlink:href="file:///etc/passwd" width="9" height="9"/></svg>`;
      const pictures: Record<string, Buffer> = {
        svg: Buffer.from(svg),
        gif: await gray(8, 8).gif().toBuffer(),
        tiff: await gray(8, 8).tiff().toBuffer(),
        pdf: Buffer.from("%PDF-1.4\n1 0 obj<<>>endobj\n"),
        html: Buffer.from("<html><script>"),
        // 64 MiB of one byte, where 8 × 8 pixels belong, and as a colour profile.
        pixels: Buffer.concat([png.subarray(0, 33), chunk("IDAT", bomb), chunk("IEND", Buffer.alloc(0))]),
        profile: Buffer.concat([
          png.subarray(0, 33),
          chunk("iCCP", Buffer.concat([Buffer.from("x\0\0"), bomb])),
          png.subarray(33, 40),
        ]),
      };
      const before = companion.memory();
      for (const [i, [name, bytes]] of Object.entries(pictures).entries()) {
        const images = new Map([[name, new Uint8Array(bytes)]]);
        owner.send(submitMessage([id(100 + i)], { ...BASE, image: name }, images), images);
        await ended(id(100 + i));
      }
      const jobs = Object.keys(pictures).map((_, i) => id(100 + i));
      const failed = owner.messages.filter((each) => jobs.some((job) => ends(each, job)));
      expect(failed.filter((each) => "problem" in each && each.problem?.code === "internal")).toEqual([]);
      return {
        attempts: jobs.length,
        // Of the one with too many pixels, those that it says may be read.
        gotIn: failed.filter(
          (each) => each.type === "done" && each.job !== jobs[Object.keys(pictures).indexOf("pixels")],
        ).length,
        figure: `+${Math.round(companion.memory() - before)} MiB`,
      };
    }),
  60_000,
);

test(
  "another pairing that knows a job's id neither reads, cancels nor takes it",
  () =>
    play("a plugin reaches its own jobs alone", async () => {
      const other = dial();
      await other.pair(CODE);
      const job = id(200);
      owner.send(submitMessage([job], { ...BASE, width: 256, height: 256, steps: 6 }));
      await until(() => owner.messages.some((each) => "job" in each && each.job === job));
      const tries = ["cancel", "attach", "acknowledge"].map((type) => ({ type, job }));
      for (const each of tries) other.send(each);
      other.send(submitMessage([job], BASE));
      const thief = dial();
      await thief.pair(CODE, [job]);
      await ended(job);
      const got = [other, thief].flatMap((client) =>
        client.messages.filter((each) => "job" in each && each.job === job),
      );
      const leaked = got.filter(({ type }) => !["rejected", "failed"].includes(type));
      const lost = owner.ofType("done").some((each) => each.job === job) ? 0 : 1;
      return { attempts: tries.length + 2, gotIn: leaked.length + lost };
    }),
  60_000,
);

test(
  "no field of an enlargement leads out of the models folders, or to a picture without end",
  () =>
    play("no field reads a file outside the models folders", async () => {
      const images = new Map([["i", new Uint8Array(await gray(8, 8).png().toBuffer())]]);
      const detail = {
        model: "starter",
        prompt: "",
        seed: 1,
        steps: 1,
        guidanceScale: 1,
        strength: 0.2,
        scheduler: {},
      };
      const paths = ["/etc/passwd", "../../x", "a\0b", home, "file:///etc/passwd"];
      const requests: object[] = [
        ...paths.flatMap((where) => [
          { factor: 2, upscaler: where },
          { factor: 2, detail: { ...detail, model: where } },
        ]),
        ...[0, 1e9, -2, 9].map((factor) => ({ factor })),
        { factor: 2, detail: { ...detail, steps: 1e9 } },
      ];
      for (const [i, more] of requests.entries()) {
        const { jobs, images: named } = submitMessage([id(300 + i)], {}, images);
        const before = owner.ofType("rejected").length;
        owner.send(
          { type: "submit", task: { kind: "enlarge", request: { image: "i", ...more } }, jobs, images: named },
          images,
        );
        await until(
          () => owner.ofType("rejected").length > before || owner.messages.some((each) => ends(each, id(300 + i))),
        );
      }
      const done = owner.ofType("done").filter(({ job }) => requests.some((_, i) => job === id(300 + i)));
      return { attempts: requests.length, gotIn: done.length };
    }),
  60_000,
);

const opened = (socket: Socket, upgrade: string) =>
  new Promise<void>((resolve) => {
    socket.once("data", () => resolve());
    socket.write(upgrade);
  });

test(
  "floods of pings, of empty fragments and of pipelined requests cost their sender alone",
  () =>
    play("floods of small things hold nobody up", async () => {
      const before = companion.memory();
      const upgrade =
        `GET /v1 HTTP/1.1\r\nHost: localhost:${companion.port}\r\nOrigin: null\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: underpaint.v1\r\n" +
        "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
      const mask = [0, 0, 0, 0];
      const first = Buffer.from([0x02, 0x80, ...mask]);
      const compressed = Buffer.from([0xc2, 0x81, ...mask, 0]);
      const floods = [
        Buffer.concat(Array.from({ length: 50_000 }, () => Buffer.from([0x89, 0x80, ...mask]))),
        Buffer.concat([first, ...Array.from({ length: 50_000 }, () => Buffer.from([0x00, 0x80, ...mask]))]),
        compressed,
        Buffer.from([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, ...mask]),
      ];
      const sockets: Socket[] = [];
      for (const flood of floods) {
        const socket = raw();
        await opened(socket, upgrade);
        socket.write(flood);
        sockets.push(socket);
      }
      const health = `GET /health HTTP/1.1\r\nHost: localhost:${companion.port}\r\n\r\n`;
      const pipelined = raw();
      pipelined.resume().write(health.repeat(5000));
      const endless = raw();
      endless.write(`POST /health HTTP/1.1\r\nHost: localhost:${companion.port}\r\nTransfer-Encoding: chunked\r\n\r\n`);
      for (let i = 0; i < 2000; i++) endless.write(`400\r\n${"x".repeat(1024)}\r\n`);
      const smuggled = raw();
      smuggled.write(
        `GET /health HTTP/1.1\r\nHost: localhost:${companion.port}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1 HTTP/1.1\r\n\r\n`,
      );
      await until(() => sockets.every((socket) => socket.destroyed || socket.readableEnded || socket.closed));
      const grown = Math.round(companion.memory() - before);
      expect(grown).toBeLessThan(200);
      return { attempts: floods.length + 3, gotIn: 0, figure: `+${grown} MiB` };
    }),
  60_000,
);

test("the playground's server gives out its own files and no others, to this machine alone", () =>
  play("the playground's server shows nothing else", async () => {
    const served = await servePlayground({ root: process.cwd(), port: 0 });
    const port = Number(new URL(served.url).port);
    const paths = [
      ...["/../package.json", "/..%2fpackage.json", "/%2e%2e/package.json", "//etc/passwd", "/dist/../package.json"],
      ...[
        "/dist/companion/main.js",
        "/__proto__",
        "/constructor",
        "/app.js/",
        "/app.js%00",
        "/.npmrc",
        "http://evil.example/",
      ],
    ];
    const own = { host: `localhost:${port}` };
    const answers = await Promise.all([
      ...paths.map((where) => ask({ port, path: where, headers: own })),
      ...["evil.example", `evil.example:${port}`, "localhost"].map((host) =>
        ask({ port, path: "/", headers: { host } }),
      ),
      ...["POST", "PUT", "DELETE", "OPTIONS"].map((method) => ask({ port, path: "/", method, headers: own })),
    ]);
    const [home] = [await ask({ port, path: "/", headers: own })];
    await served.close();
    expect(home).toBe(200);
    return { attempts: answers.length, gotIn: answers.filter((status) => status < 400).length };
  }));
