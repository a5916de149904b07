/** Reads a word in a picture as a stranger would: Tesseract, compiled to WebAssembly, with its English data. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import sharp from "../../companion/sharp.ts";

/** What of Tesseract's C++ API is used here. Source: tesseract-ocr, include/tesseract/baseapi.h. */
interface Tesseract {
  readonly FS: { writeFile(name: string, bytes: Uint8Array): void };
  readonly TessBaseAPI: new () => {
    Init(folder: null, language: string, engine: number): number;
    SetVariable(name: string, value: string): boolean;
    SetPageSegMode(mode: number): void;
    SetImageFile(orientation: number, angle: number): void;
    Recognize(monitor: null): number;
    GetUTF8Text(): string;
    Clear(): void;
    End(): void;
  };
}

const LSTM_ONLY = 1;
const SINGLE_LINE = 7;
/** Pixels: it reads letters of some heights better than of others. */
const WIDTHS = [192, 256, 384];
const CHANNELS = ["grey", 0, 1, 2] as const;

export interface Reader {
  /** True where it takes the middle of a picture to say just this word: at one of several sizes, in grey or in one colour alone. */
  reads(png: Uint8Array, word: string): Promise<boolean>;
  close(): void;
}

export async function openReader(): Promise<Reader> {
  const open = require("tesseract.js-core/tesseract-core-simd-lstm") as (options: object) => Promise<Tesseract>;
  const silent = () => undefined;
  const { FS, TessBaseAPI } = await open({ print: silent, printErr: silent });
  const data = require.resolve("@tesseract.js-data/eng/4.0.0_best_int/eng.traineddata.gz");
  FS.writeFile("eng.traineddata", gunzipSync(readFileSync(data)));
  const api = new TessBaseAPI();
  if (api.Init(null, "eng", LSTM_ONLY) !== 0) throw new Error("Tesseract did not start");
  api.SetVariable("user_defined_dpi", "300");
  api.SetVariable("tessedit_char_whitelist", "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  api.SetPageSegMode(SINGLE_LINE);
  const readOne = (bytes: Uint8Array) => {
    FS.writeFile("/input", bytes);
    api.SetImageFile(1, 0);
    api.Recognize(null);
    const text = api.GetUTF8Text().trim();
    api.Clear();
    return text;
  };
  return {
    reads: async (png, word) => {
      const { width, height } = await sharp(png).metadata();
      const middle = { left: 0, top: Math.round(0.28 * height), width, height: Math.round(0.44 * height) };
      for (const wide of WIDTHS) {
        const sized = await sharp(png).removeAlpha().extract(middle).resize(wide, null, { kernel: "cubic" }).png();
        const seen = await sized.toBuffer();
        for (const channel of CHANNELS) {
          const one = channel === "grey" ? sharp(seen).greyscale() : sharp(seen).extractChannel(channel);
          const margin = { top: 30, bottom: 30, left: 30, right: 30, extendWith: "copy" as const };
          if (readOne(new Uint8Array(await one.extend(margin).png().toBuffer())) === word) return true;
        }
      }
      return false;
    },
    close: () => api.End(),
  };
}
