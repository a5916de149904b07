/** Each attack of docs/threat-model.md, played against the running companion. */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import sharp from "sharp";
import { piecesOf } from "../../shared/codec.ts";
import { beginPairing, proofOf, randomSecret } from "../../shared/pairing.ts";
import { PROTOCOL_VERSION } from "../../shared/protocol.ts";
import { until } from "../gateway/test-client.ts";
import type { WsClient } from "../gateway/ws-client.ts";
import { submitMessage } from "../submit-message.ts";
import { CODE } from "./attacked-companion.ts";
import { HOSTILE_FILES } from "./hostile-files.ts";
import { ask, companion, dial, ends, home, id, owner, play, raw } from "./siege.ts";

test("a foreign page's sandboxed iframe gets no further than the challenge", () =>
  play("a web page learns and changes nothing", async () => {
    const request = { model: "starter", prompt: "", seed: 1 };
    const hellos = [
      { type: "hello", protocol: PROTOCOL_VERSION, build: "x", nonce: randomSecret() },
      {
        type: "hello",
        protocol: PROTOCOL_VERSION,
        build: "x",
        nonce: randomSecret(),
        pairing: id(1),
        proof: randomSecret(),
      },
      { type: "hello", protocol: 1, build: "x", nonce: randomSecret(), code: CODE },
      { type: "pairing-confirm", confirmation: randomSecret() },
      { type: "pairing-jobs", jobs: [id(1)] },
      submitMessage([id(1)], request),
      ...["attach", "cancel", "acknowledge"].map((type) => ({ type, job: id(1) })),
      { type: "list-models" },
      { type: "thumbnail", id: "starter" },
      { type: "download", repo: "a/b" },
    ];
    const pages = hellos.map((hello) => {
      const page = dial();
      page.socket.on("open", () => {
        page.send(hello);
        page.send({ type: "list-models" });
      });
      return page;
    });
    await until(() => pages.every(({ closed }) => closed !== 0));
    const said = pages.map(({ messages }) => messages.map(({ type }) => type).join());
    return { attempts: pages.length, gotIn: said.filter((types) => types !== "challenge,refused").length };
  }));

test("DNS rebinding, other origins and cross-site requests are refused by their headers", () =>
  play("only Figma's iframe may speak, and only to localhost", async () => {
    const own = `localhost:${companion.port}`;
    const headers = [
      ...["evil.example", `evil.example:${companion.port}`, "localhost", `${own}.evil.example`, "127.0.0.1:80"].map(
        (host) => ({ host }),
      ),
      ...["https://evil.example", "http://localhost", "https://www.figma.com", "file://"].map((origin) => ({ origin })),
    ];
    const pages = headers.map((each) => dial({ headers: each }));
    await until(() => pages.every(({ status }) => status !== 0));
    const asked = await Promise.all([
      ...headers.map((each) => ask({ path: "/health", headers: each })),
      ...["POST", "PUT", "DELETE", "OPTIONS"].flatMap((method) =>
        ["/", "/v1", "/health", "/../etc/passwd"].map((where) =>
          ask({ method, path: where, headers: { "content-type": "text/plain", origin: "null" } }, "x".repeat(1000)),
        ),
      ),
    ]);
    const inside = [...pages.map(({ status }) => status), ...asked].filter((status) => status < 400);
    return { attempts: pages.length + asked.length, gotIn: inside.length };
  }));

test("codes are guessed in vain, and the owner's still pairs", () =>
  play("a code is not guessed, and guessing locks nobody out", async () => {
    let gotIn = 0;
    const guesses = Array.from({ length: 60 }, (_, i) => String(100_000 + i));
    for (const guess of guesses)
      await dial()
        .pair(guess)
        .then(
          () => gotIn++,
          () => {},
        );
    await dial().pair(CODE);
    return { attempts: guesses.length, gotIn };
  }));

test("recorded proofs, shares and confirmations are worth nothing on another connection", () =>
  play("what was overheard opens nothing", async () => {
    const first = dial();
    const { nonce } = await first.next("challenge");
    const nonces = { client: first.nonce, companion: nonce };
    const secret = await dial().pair(CODE);
    const proof = proofOf("client", { token: secret.token, nonces });
    first.hello({ pairing: secret.pairing, proof });
    await first.next("welcome");
    const exchange = beginPairing("client", { code: CODE, nonces });
    const thieves = Array.from({ length: 20 }, () => dial());
    for (const [i, thief] of thieves.entries()) {
      await thief.next("challenge");
      const hello = { type: "hello", protocol: PROTOCOL_VERSION, build: "x", nonce: first.nonce };
      if (i % 2 === 0) thief.send({ ...hello, pairing: secret.pairing, proof });
      else {
        thief.send({ ...hello, share: exchange.share });
        await thief.next("pairing-share");
        const { share } = thief.ofType("pairing-share")[0]!;
        thief.send({ type: "pairing-confirm", confirmation: exchange.finish(share)!.confirmation });
      }
    }
    await until(() => thieves.every(({ closed }) => closed !== 0));
    return { attempts: thieves.length, gotIn: thieves.filter((thief) => thief.ofType("welcome").length > 0).length };
  }));

test(
  "thousands of connections, silent, slow or mute after the upgrade, put nobody out",
  () =>
    play("crowds neither fill the memory nor keep the owner out", async () => {
      const before = companion.memory();
      const upgrade =
        `GET /v1 HTTP/1.1\r\nHost: localhost:${companion.port}\r\nOrigin: null\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: underpaint.v1\r\n\r\n";
      const COUNT = 3000;
      let slowest = 0;
      for (let i = 0; i < COUNT; i++) {
        const socket = raw();
        if (i % 3 === 1) socket.write("GET /health HTTP/1.1\r\nX: ");
        if (i % 3 === 2) socket.write(upgrade);
        if (i % 300 === 299) {
          const started = performance.now();
          const newcomer = dial();
          await newcomer.pair(CODE);
          newcomer.socket.terminate();
          slowest = Math.max(slowest, performance.now() - started);
        } else if (i % 25 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const grown = Math.round(companion.memory() - before);
      expect(grown).toBeLessThan(200);
      return {
        attempts: COUNT,
        gotIn: 0,
        figure: `the owner pairs in ${Math.round(slowest)} ms at most, +${grown} MiB`,
      };
    }),
  120_000,
);

test(
  "oversized and malformed frames, before and after the proof, cost their sender alone",
  () =>
    play("frames of any kind are refused by name", async () => {
      const before = companion.memory();
      const frame = (header: string) => {
        const bytes = Buffer.alloc(4 + Buffer.byteLength(header));
        bytes.writeUInt32LE(bytes.length - 4);
        bytes.write(header, 4);
        return bytes;
      };
      const frames = [
        new Uint8Array(0),
        Buffer.from([255, 255, 255, 255]),
        frame(`{"message":${"[".repeat(200_000)}${"]".repeat(200_000)},"attachments":[]}`),
        frame(`{"message":[${"{},".repeat(170_000)}{}],"attachments":[]}`),
        frame(`{"message":"${"x".repeat(16_000_000)}","attachments":[]}`),
        frame(
          `{"message":{"type":"submit","job":"${id(9)}","task":{"kind":"generate","request":{"timesteps":[${"0,".repeat(9000)}0]}}},"attachments":[]}`,
        ),
        frame('{"message":{"__proto__":{"type":"hello"}},"attachments":[["a",-1]]}'),
        new Uint8Array(60 * 2 ** 20),
      ];
      const strangers: WsClient[] = [];
      for (const each of frames) {
        const stranger = dial();
        await stranger.next("challenge");
        for (const piece of piecesOf(each)) stranger.socket.send(piece);
        strangers.push(stranger);
      }
      const unbroken = dial();
      await unbroken.pair(CODE);
      unbroken.socket.send(new Uint8Array(60 * 2 ** 20));
      await until(() => unbroken.closed !== 0);
      await until(() => strangers.every(({ closed }) => closed !== 0));
      const paired = dial();
      await paired.pair(CODE);
      for (const each of frames) {
        const rejected = paired.ofType("rejected").length;
        for (const piece of piecesOf(each)) paired.socket.send(piece);
        await until(() => paired.ofType("rejected").length > rejected || paired.closed !== 0);
        paired.send({ type: "list-models" });
        await until(() => paired.ofType("models").length > 0 || paired.closed !== 0);
      }
      const codes = paired.ofType("rejected").map(({ problem }) => problem.code);
      expect(codes).not.toContain("internal");
      const all = [...strangers, paired].flatMap(({ messages }) => messages).map(({ type }) => type);
      const grown = Math.round(companion.memory() - before);
      return {
        attempts: 2 * frames.length + 1,
        gotIn:
          strangers.filter((each) => each.ofType("welcome").length > 0).length +
          all.filter((t) => t === "queued").length,
        figure: `+${grown} MiB`,
      };
    }),
  60_000,
);

test(
  "pictures that claim to be large, or come in many pieces, are refused in their turn",
  () =>
    play("a picture cannot fill the memory", async () => {
      const small = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#888" } })
        .png()
        .toBuffer();
      const claims = Buffer.from(small);
      claims.writeUInt32BE(30_000, 16);
      claims.writeUInt32BE(30_000, 20);
      const chunk = Buffer.from([0, 0, 0, 0, 0x74, 0x45, 0x58, 0x74, 0, 0, 0, 0]);
      const chunks = Buffer.concat([
        small.subarray(0, 33),
        ...Array.from({ length: 400_000 }, () => chunk),
        small.subarray(33),
      ]);
      const large = await sharp({ create: { width: 8000, height: 5000, channels: 3, background: "#888" } })
        .png()
        .toBuffer();
      const many = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`r${i}`, large]));
      const attacks: Record<string, Buffer>[] = [{ image: claims }, { chunks }, { image: small.subarray(0, 40) }, many];
      for (const [i, images] of attacks.entries()) {
        const names = Object.keys(images);
        const started = performance.now();
        const request = {
          ...{ model: "starter", prompt: "", seed: 1, width: 64, height: 64, steps: 1, image: names[0] },
          references: names.slice(1).map((image) => ({ image })),
        };
        const sent = new Map(Object.entries(images).map(([name, bytes]) => [name, new Uint8Array(bytes)]));
        owner.send(submitMessage([id(100 + i)], request, sent), sent);
        await until(() => owner.messages.some((each) => ends(each, id(100 + i))));
        expect(performance.now() - started).toBeLessThan(20_000);
      }
      // A small picture with many empty chunks is a picture: it may be drawn, only not for long.
      const drawn = attacks.filter(
        (images, i) => !("chunks" in images) && owner.ofType("done").some(({ job }) => job === id(100 + i)),
      );
      return { attempts: attacks.length, gotIn: drawn.length };
    }),
  120_000,
);

test(
  "no field of any message leads out of the models folders",
  () =>
    play("no field reads a file outside the models folders", async () => {
      const paths = [
        "/etc/passwd",
        "../../../etc/passwd",
        "..\\..\\x",
        "starter/../../x",
        "a\0b",
        "file:///etc/passwd",
        home,
      ];
      const fields = (where: string) => [
        { model: where },
        { vae: where },
        { loras: [{ model: where }] },
        { embeddings: [{ model: where }] },
        { refiner: { model: where, start: 0.5 } },
        { image: "i", controls: [{ image: "i", model: where }] },
        { image: "i", references: [{ image: "i", adapter: where, imageEncoder: where }] },
      ];
      const png = new Uint8Array(
        await sharp({ create: { width: 8, height: 8, channels: 3, background: "#888" } })
          .png()
          .toBuffer(),
      );
      const jobs = paths.flatMap(fields).map((field, i) => ({ field, job: id(1000 + i) }));
      for (const { field, job } of jobs) {
        const request = { model: "starter", prompt: "", seed: 1, width: 64, height: 64, steps: 1, ...field };
        const images = new Map("image" in field ? [["i", png]] : []);
        owner.send(submitMessage([job], request, images), images);
        await until(() =>
          owner.messages.some(
            (message) =>
              "job" in message && message.job === job && message.type !== "queued" && message.type !== "progress",
          ),
        );
        owner.send({ type: "acknowledge", job });
      }
      const ends = jobs.map(
        ({ job }) => owner.messages.find((m) => "job" in m && m.job === job && /done|failed|rejected/.test(m.type))!,
      );
      const problems = ends.map((end) => ("problem" in end ? end.problem!.code : "done"));
      const asked = paths.length * 2;
      for (const where of paths) {
        owner.send({ type: "thumbnail", id: where });
        owner.send({ type: "download", repo: "owner/name", file: where });
      }
      owner.send({ type: "cancel-download", repo: "owner/name" });
      await until(() => owner.ofType("thumbnail").length >= paths.length);
      const pictures = owner.ofType("thumbnail").filter((message) => owner.attachmentsOf(message).size > 0);
      expect(problems).not.toContain("internal");
      return {
        attempts: jobs.length + asked,
        gotIn: problems.filter((code) => code === "done").length + pictures.length,
      };
    }),
  120_000,
);

test(
  "hostile files in the models folder are listed by what is wrong with them",
  () =>
    play("a model file runs nothing, and holds nothing up", async () => {
      const models = path.join(home, "models");
      mkdirSync(models, { recursive: true });
      for (const [name, make] of Object.entries(HOSTILE_FILES)) {
        mkdirSync(path.dirname(path.join(models, name)), { recursive: true });
        writeFileSync(path.join(models, name), make());
      }
      const started = performance.now();
      const names = new Set(Object.keys(HOSTILE_FILES).map((name) => name.split(/[./]/)[0]!));
      const last = () =>
        owner
          .ofType("models")
          .at(-1)
          ?.modelProblems.map(({ name }) => name) ?? [];
      while (last().length < names.size) {
        owner.send({ type: "list-models" });
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      const found = owner.ofType("models").at(-1)!;
      return {
        attempts: names.size,
        gotIn: [...found.models, ...found.addOns].filter(({ id: each }) => names.has(each)).length,
        figure: `listed after ${((performance.now() - started) / 1000).toFixed(1)} s`,
      };
    }),
  120_000,
);
