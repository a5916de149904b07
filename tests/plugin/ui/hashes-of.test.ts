import { createHash } from "node:crypto";
import { hashesOf } from "../../../plugin/ui/request/hashes-of.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("hashesOf() names images by what is in them, however often they are asked for", () => {
  const [one, other] = [Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 4)];
  const names = { image: sha256(one), mask: sha256(other), again: sha256(one) };
  for (let i = 0; i < 2; i++)
    expect(
      Object.fromEntries(
        hashesOf(
          new Map([
            ["image", one],
            ["mask", other],
            ["again", one.slice()],
          ]),
        ),
      ),
    ).toEqual(names);
});
