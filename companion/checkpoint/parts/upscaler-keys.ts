/**
 * ESRGAN under Real-ESRGAN's names. Three programs wrote it: the first ESRGAN ("model.1.sub.0.RDB1.conv1.0"), BSRGAN
 * ("RRDB_trunk.0.RDB1.conv1"), Real-ESRGAN ("body.0.rdb1.conv1"). Source: spandrel 0.4.2, architectures/ESRGAN/__init__.py.
 */
import { largestNumber, type Refs } from "../files/component.ts";

/** Undefined where the keys are no ESRGAN's. */
export function renameRrdb(refs: Refs): Refs | undefined {
  if (refs.has("body.0.rdb1.conv1.weight")) return refs;
  const rename = refs.has("RRDB_trunk.0.RDB1.conv1.weight")
    ? fromBsrgan
    : refs.has("model.1.sub.0.RDB1.conv1.0.weight")
      ? fromFirst(refs)
      : undefined;
  return rename && new Map([...refs].map(([key, ref]) => [rename(key), ref]));
}

const fromBsrgan = (key: string) =>
  key
    .replace(/^RRDB_trunk\.(\d+)\.RDB(\d)\./, "body.$1.rdb$2.")
    .replace(/^trunk_conv\./, "conv_body.")
    .replace(/^upconv(\d+)\./, "conv_up$1.")
    .replace(/^HRconv\./, "conv_hr.");

/** Its layers are numbered: after the blocks three a doubling (resampling, convolution, activation), then two convolutions. */
function fromFirst(refs: Refs): (key: string) => string {
  const blocks = largestNumber(refs.keys(), /^model\.1\.sub\.(\d+)\.RDB/) + 1;
  const last = largestNumber(refs.keys(), /^model\.(\d+)\./);
  return (key) => {
    const [, index, rest] = /^model\.(\d+)\.((?:weight|bias))$/.exec(key) ?? [];
    if (index !== undefined) {
      const at = Number(index);
      const name =
        at === 0 ? "conv_first" : at === last ? "conv_last" : at === last - 2 ? "conv_hr" : `conv_up${at / 3}`;
      return `${name}.${rest}`;
    }
    return key
      .replace(/^model\.1\.sub\.(\d+)\.RDB(\d)\.(conv\dx?1?)\.0\./, "body.$1.rdb$2.$3.")
      .replace(/^model\.1\.sub\.(\d+)\.RDB(\d)\.conv1x1\./, "body.$1.rdb$2.conv1x1.")
      .replace(new RegExp(`^model\\.1\\.sub\\.${blocks}\\.`), "conv_body.");
  };
}
