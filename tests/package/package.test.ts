/** The programs for people without Node: that of this machine runs, and each holds what its system needs and no other's. */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { identifiers } from "../../companion/package/licences.mjs";

const root = path.resolve(__dirname, "../..");
const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
const NAMES = ["linux-x64", "linux-arm64", "mac-arm64", "windows-x64", "windows-arm64"];
const own = `${{ linux: "linux", darwin: "mac", win32: "windows" }[process.platform as string]}-${process.arch}`;
const folderOf = (name: string) => path.join(root, "dist/packages", `underpaint-${version}-${name}`);

const isReached = spawnSync("npm", ["view", "yazl", "version"], { cwd: root, shell: process.platform === "win32" });
const whereReached = isReached.status === 0 ? describe : describe.skip;
/** Windows has no shell script to start by. */
const onUnix = process.platform === "win32" ? test.skip : test;

whereReached("npm run package, where the package registry can be reached", () => {
  const bin = mkdtempSync(path.join(tmpdir(), "underpaint-no-node-"));
  beforeAll(() => {
    for (const make of [["this"], ["--folder-only", ...NAMES.filter((name) => name !== own)]]) {
      const { status, stderr } = spawnSync(process.execPath, ["companion/package/package.mjs", ...make], { cwd: root });
      expect(`${status} ${stderr}`).toBe("0 ");
    }
  }, 900_000);
  afterAll(() => rmSync(bin, { recursive: true }));

  /** A machine where only the shell and `dirname` can be found, and a home of its own. */
  const bare = () => {
    for (const name of ["sh", "dirname"])
      if (!existsSync(path.join(bin, name))) symlinkSync(`/usr/bin/${name}`, path.join(bin, name));
    return { PATH: bin, HOME: bin };
  };
  const launcher = () =>
    path.join(folderOf(own), process.platform === "darwin" ? "Underpaint.command" : "underpaint.sh");

  onUnix("paints the same picture on a machine without Node", () => {
    writeFileSync(
      path.join(bin, "request.json"),
      '{ "model": "starter", "prompt": "red apple", "seed": 421, "steps": 2 }',
    );
    const request = path.join(bin, "request.json");
    expect(spawnSync("node", ["--version"], { env: bare() }).error).toBeDefined();
    const packed = spawnSync(launcher(), ["generate", request, "--out", path.join(bin, "packed")], { env: bare() });
    expect(packed.status).toBe(0);
    const cloned = ["companion/underpaint.mjs", "generate", request, "--out", path.join(bin, "cloned")];
    expect(spawnSync(process.execPath, cloned, { cwd: root }).status).toBe(0);
    const hash = (name: string) =>
      createHash("sha256")
        .update(readFileSync(path.join(bin, name, "image.png")))
        .digest("hex");
    expect(hash("packed")).toBe(hash("cloned"));
  });

  onUnix("starts the companion by a double-click", async () => {
    const child = spawn(launcher(), ["start", "--port", "0"], { env: { ...bare(), UNDERPAINT_PROVIDER: "cpu" } });
    let said = "";
    try {
      await new Promise<void>((resolve, reject) => {
        child.on("exit", (code) => reject(new Error(`It ended with ${code}: ${said}`)));
        for (const stream of [child.stdout, child.stderr])
          stream.on("data", (data) => {
            said += data;
            if (/\b\d{3}\s?\d{3}\b/.test(said)) resolve();
          });
      });
      expect(said).toMatch(/\d{3}\s?\d{3}/);
    } finally {
      child.removeAllListeners("exit");
      const ended = new Promise((resolve) => child.on("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    }
  });

  test("is at most 150 MB to download", () => {
    expect(statSync(`${folderOf(own)}.zip`).size).toBeLessThan(150e6);
  });

  test.each(NAMES)("says whose everything is that it holds for %s", (name) => {
    const app = path.join(folderOf(name), "app");
    const licences = readFileSync(path.join(app, "licences.txt"), "utf8");
    const sections = new Map(licences.split(`\n${"-".repeat(72)}\n\n`).map((text) => [text.split("\n")[0]!, text]));
    const titles = [...sections.keys()];
    const modules = path.join(app, "node_modules");
    const files = readdirSync(modules, { recursive: true }) as string[];
    const beside = files
      .filter((file) => /^(?:@[^\\/]+[\\/])?[^\\/@]+[\\/]package\.json$/.test(file))
      .map((file) => JSON.parse(readFileSync(path.join(modules, file), "utf8")).name as string);
    const bundled = [
      "@create-figma-plugin/ui",
      "preact",
      "valibot",
      "@noble/curves",
      "ws",
      "yaml",
      "@bufbuild/protobuf",
    ];
    const unnamed = [...beside, ...bundled, "@jitl/quickjs-wasmfile-release-sync"].filter(
      (each) => !titles.some((title) => title.startsWith(`${each} `) && / \d[^ ]*: \S/.test(title)),
    );
    expect(unnamed).toEqual([]);
    // Whatever points to a standard text finds it.
    for (const [title, text] of sections) {
      if (!text.includes("standard text is below")) continue;
      const ids = identifiers(title.slice(title.lastIndexOf(": ") + 2));
      expect(ids.filter((id) => !titles.includes(`The standard text of ${id}`))).toEqual([]);
    }
    const vips = [...sections.values()].find((text) => /^@img\/sharp-(?:libvips|win32)/.test(text))!;
    const replaceable = /dynamically: (\S+) in this/.exec(vips)![1]!;
    expect(files.some((file) => path.basename(file) === replaceable)).toBe(true);
    for (const said of [/\| libvips +\| LGPLv3/, /github\.com\/lovell\/sharp-libvips/, /vips 8\.\d+/, /glib 2\./])
      expect(vips).toMatch(said);
    const lesser = sections.get("The standard text of LGPL-3.0-or-later")!;
    expect(lesser).toMatch(/GNU LESSER GENERAL PUBLIC LICENSE[\s\S]+GNU GENERAL PUBLIC LICENSE/);
    expect([...sections.values()].find((text) => text.startsWith("onnxruntime-node "))).toContain(
      "Third-party notices",
    );
    // Native files are their package's own, or another maker's who is named.
    const own = /\.node$|^libonnxruntime\.|^onnxruntime\.dll$|^libvips-/;
    const native = files
      .filter((file) => /\.(?:node|dll|dylib)$|\.so(?:\.|$)/.test(file))
      .map((file) => path.basename(file));
    expect(native.filter((file) => !own.test(file) && !titles.some((title) => title.startsWith(`${file}: `)))).toEqual(
      [],
    );
    expect(readFileSync(path.join(folderOf(name), "node/LICENSE"), "utf8")).toMatch(/^Node\.js is licensed/);
    expect(sections.get("The starter model: MIT")).toMatch(/Noto Emoji, Google Inc: Apache-2\.0/);
    expect(sections.get("The merges of CLIP's tokenizer: MIT")).toContain("Copyright (c) 2021 OpenAI");
    expect(readFileSync(path.join(folderOf(name), "README.txt"), "utf8")).toContain(
      "GNU Lesser General Public License",
    );
  });

  test.each(NAMES)("holds just what %s needs", (name) => {
    const [system, cpu] = name.split("-") as [string, string];
    const os = { linux: "linux", mac: "darwin", windows: "win32" }[system]!;
    const node = readFileSync(path.join(folderOf(name), os === "win32" ? "node/node.exe" : "node/node"));
    expect(machineOf(node)).toBe(name);
    const modules = path.join(folderOf(name), "app/node_modules");
    expect(readdirSync(path.join(modules, "onnxruntime-node/bin/napi-v6"))).toEqual([os]);
    expect(readdirSync(path.join(modules, "onnxruntime-node/bin/napi-v6", os))).toEqual([cpu]);
    expect(readdirSync(path.join(modules, "@photostructure/sqlite/prebuilds"))).toEqual([`${os}-${cpu}`]);
    expect(
      readdirSync(path.join(modules, "@img")).filter(
        (each) => each.startsWith("sharp-") && !each.endsWith(`-${os}-${cpu}`),
      ),
    ).toEqual([]);
    const app = ["dist/plugin/ui.html", "dist/playground/app.js", "manifest.json", "starter/weights", "licences.txt"];
    expect(app.filter((each) => !existsSync(path.join(folderOf(name), "app", each)))).toEqual([]);
    const natives = (readdirSync(modules, { recursive: true }) as string[]).filter((each) => each.endsWith(".node"));
    expect(natives.length).toBeGreaterThanOrEqual(3);
    const others = natives.filter((each) => machineOf(readFileSync(path.join(modules, each))) !== name);
    expect(others).toEqual([]);
  });
});

/** What a program or a library was made for, from its header: ELF, Mach-O (64 bits), PE. */
function machineOf(bytes: Buffer): string {
  if (bytes.readUInt32BE(0) === 0x7f454c46) return `linux-${bytes.readUInt16LE(18) === 0xb7 ? "arm64" : "x64"}`;
  if (bytes.readUInt32LE(0) === 0xfeedfacf) return `mac-${bytes.readUInt32LE(4) === 0x0100000c ? "arm64" : "x64"}`;
  return `windows-${bytes.readUInt16LE(bytes.readUInt32LE(60) + 4) === 0xaa64 ? "arm64" : "x64"}`;
}
