import { copyFileSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { openLibrary } from "../../companion/library/library.ts";
import { THUMBNAIL_SIDE } from "../../shared/protocol.ts";
import { temporaryFolder, writeSample } from "../checkpoint/sample.ts";

const starter = path.join(__dirname, "../../starter/weights");
const top = temporaryFolder();
let count = 0;

const LAYER = "lora_unet_time_embedding_linear_1";
const UP = { [`${LAYER}.lora_down.weight`]: { shape: [1, 320] }, [`${LAYER}.lora_up.weight`]: { shape: [1280, 1] } };

/** A library with the LoRA `ink`, and a function that names a file beside it. */
function fresh(metadata?: Record<string, string>) {
  const folder = path.join(top, String(count++));
  mkdirSync(folder);
  const beside = (name: string) => path.join(folder, name);
  writeSample(beside("ink.safetensors"), UP, metadata);
  return { beside, library: openLibrary({ folders: [folder], starter }) };
}
const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 4, background: { r: 200, g: 30, b: 30, alpha: 0.5 } } });
const sizeOf = async (bytes: Uint8Array | undefined) => {
  const { format, width, height } = await sharp(bytes!).metadata();
  return { format, width, height };
};

test.each(["png", "jpg", "jpeg", "webp", "preview.png", "preview.jpg", "preview.jpeg", "preview.webp", "thumb.jpg"])(
  "thumbnail() shrinks NAME.%s",
  async (ending) => {
    const { beside, library } = fresh();
    const format = (ending.split(".").at(-1) === "jpg" ? "jpeg" : ending.split(".").at(-1)) as "png" | "jpeg" | "webp";
    writeFileSync(beside(`ink.${ending}`), await picture(400, 600).toFormat(format).toBuffer());
    expect((await library.list()).addOns[0]).toMatchObject({ id: "ink", thumbnail: true });
    expect(await sizeOf(await library.thumbnail("ink"))).toEqual({
      format: "jpeg",
      width: 128,
      height: THUMBNAIL_SIDE,
    });
  },
);

test("thumbnail() reads ModelSpec's picture in the header, and does not make pictures larger", async () => {
  const url = `data:image/png;base64,${(await picture(40, 20).png().toBuffer()).toString("base64")}`;
  const { library } = fresh({ "modelspec.thumbnail": url });
  expect((await library.list()).addOns[0]).toMatchObject({ thumbnail: true });
  expect(await sizeOf(await library.thumbnail("ink"))).toEqual({ format: "jpeg", width: 40, height: 20 });
});

test("thumbnail() knows models' pictures too, beside a file and beside a folder", async () => {
  const { beside, library } = fresh();
  mkdirSync(beside("whole"));
  copyFileSync(path.join(starter, "model_index.json"), beside("whole/model_index.json"));
  for (const part of ["unet", "vae", "text_encoder", "tokenizer", "scheduler"])
    symlinkSync(path.join(starter, part), beside(`whole/${part}`));
  writeFileSync(beside("whole.preview.png"), await picture(192, 96).png().toBuffer());
  const { models } = await library.list();
  expect(models.map(({ id, thumbnail }) => [id, thumbnail])).toEqual([
    ["starter", false],
    ["whole", true],
  ]);
  expect(await sizeOf(await library.thumbnail("whole"))).toEqual({ format: "jpeg", width: 192, height: 96 });
  expect(await library.thumbnail("starter")).toBeUndefined();
});

/** A PNG whose header promises more than it holds. */
function bomb(width: number, height: number): Uint8Array {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(8 + body.length);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Buffer.alloc(1_000_000));
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

test("thumbnail() gives nothing for what is no picture, and takes the next one", async () => {
  const { beside, library } = fresh({ "modelspec.thumbnail": "data:image/png;base64,!!!!" });
  writeFileSync(beside("ink.preview.png"), '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  writeFileSync(beside("ink.preview.jpg"), bomb(60_000, 60_000));
  writeFileSync(beside("ink.preview.webp"), (await picture(300, 300).webp().toBuffer()).subarray(0, 40));
  writeFileSync(beside("ink.png"), "");
  truncateSync(beside("ink.png"), 40 * 2 ** 20);
  mkdirSync(beside("ink.jpeg"));
  symlinkSync("/etc/hostname", beside("ink.webp"));
  expect((await library.list()).addOns[0]).toMatchObject({ thumbnail: true });
  expect(await library.thumbnail("ink")).toBeUndefined();
  writeFileSync(beside("ink.jpg"), await picture(10, 10).jpeg().toBuffer());
  await library.list();
  expect(await sizeOf(await library.thumbnail("ink"))).toEqual({ format: "jpeg", width: 10, height: 10 });
});

test("thumbnail() reads nothing outside of the folders, by link or by name", async () => {
  const { beside, library } = fresh();
  const outside = path.join(top, "secret.png");
  writeFileSync(outside, await picture(10, 10).png().toBuffer());
  symlinkSync(outside, beside("ink.png"));
  await library.list();
  expect(await library.thumbnail("ink")).toBeUndefined();
  for (const id of ["../secret", outside, "/etc/passwd", "", "no such", "__proto__", "ink\0"])
    expect(await library.thumbnail(id)).toBeUndefined();
});

test("thumbnail() survives that files go away", async () => {
  const { beside, library } = fresh();
  writeFileSync(beside("ink.png"), await picture(10, 10).png().toBuffer());
  await library.list();
  rmSync(beside("ink.png"));
  expect(await library.thumbnail("ink")).toBeUndefined();
  rmSync(beside("ink.safetensors"));
  expect(await library.thumbnail("ink")).toBeUndefined();
});
