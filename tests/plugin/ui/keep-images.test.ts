import { keepImages } from "../../../plugin/ui/wires/keep-images.ts";
import type { MainClient } from "../../../plugin/ui/wires/main-client.ts";

/** Answers with so many bytes as the hash says. */
function clientOf(asked: string[]): MainClient {
  return keepImages({
    call: async (name, input) => {
      const { hash = "" } = input as { hash?: string };
      asked.push(`${name} ${hash}`);
      if (hash === "gone") throw new Error("gone");
      return { bytes: new Uint8Array(Number(hash)) } as never;
    },
  });
}

test("keepImages() asks for an image once, and for everything else each time", async () => {
  const asked: string[] = [];
  const main = clientOf(asked);
  const first = await main.call("read-image", { hash: "3" });
  expect(await main.call("read-image", { hash: "3" })).toEqual(first);
  await main.call("thumbnail", { node: "1:1" });
  await main.call("thumbnail", { node: "1:1" });
  expect(asked).toEqual(["read-image 3", "thumbnail ", "thumbnail "]);
});

test("keepImages() asks again for what could not be read", async () => {
  const asked: string[] = [];
  const main = clientOf(asked);
  for (let i = 0; i < 2; i++) await expect(main.call("read-image", { hash: "gone" })).rejects.toThrow("gone");
  expect(asked).toEqual(["read-image gone", "read-image gone"]);
});

test("keepImages() lets the longest unused go where they are too much together", async () => {
  const asked: string[] = [];
  const main = clientOf(asked);
  for (const hash of ["15000000", "15000001", "15000000", "15000002", "15000000", "15000001"])
    await main.call("read-image", { hash });
  expect(asked.map((each) => each.slice(-2))).toEqual(["00", "01", "02", "01"]);
});
