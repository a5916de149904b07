import { cutOut } from "../../../shared/cut-out/cut-out.ts";
import { decode, newCanvas, toPng } from "./canvas.ts";

/** A picture's PNG without its plain background. Problem "ground-not-plain", "image-not-readable". */
export async function cutOutPicture(bytes: Uint8Array): Promise<Uint8Array> {
  const bitmap = await decode(bytes);
  const context = newCanvas(bitmap);
  context.drawImage(bitmap, 0, 0);
  const { width, height } = bitmap;
  const { data } = context.getImageData(0, 0, width, height);
  const { image } = cutOut({ width, height, data: new Uint8Array(data.buffer) });
  context.putImageData(new ImageData(new Uint8ClampedArray(image.data), width, height), 0, 0);
  return toPng(context);
}
