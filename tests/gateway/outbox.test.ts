import { Outbox } from "../../companion/gateway/outbox.ts";

const MIB = 2 ** 20;

/** A wire whose fragments leave by hand. */
function openWire() {
  const sent: { bytes: Uint8Array; isLast: boolean; leave: () => void }[] = [];
  const outbox = new Outbox({ send: (bytes, isLast, leave) => void sent.push({ bytes, isLast, leave }) });
  return { sent, outbox };
}

test("a large message goes in fragments, no more than a mebibyte at a time, and what comes after it waits its turn", () => {
  const { sent, outbox } = openWire();
  const large = new Uint8Array(3 * MIB + 1).map((_, i) => i % 251);
  outbox.send([new Uint8Array([1, 2]), large]);
  outbox.send([new Uint8Array([9])]);
  let closed = false;
  outbox.whenEmpty(() => {
    closed = true;
  });
  const underway = () => sent.slice(left).reduce((sum, { bytes }) => sum + bytes.length, 0);
  let left = 0;
  while (left < sent.length) {
    expect(underway()).toBeLessThanOrEqual(1.25 * MIB);
    expect(closed).toBe(outbox.bytes === 0);
    sent[left++]!.leave();
  }
  const whole = Buffer.concat(sent.map(({ bytes }) => bytes));
  expect(whole.equals(Buffer.concat([new Uint8Array([1, 2]), large, new Uint8Array([9])]))).toBe(true);
  expect(sent.flatMap(({ isLast }, i) => (isLast ? [i] : []))).toEqual([sent.length - 2, sent.length - 1]);
  expect(Math.max(...sent.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(MIB / 4);
  expect([closed, outbox.bytes]).toEqual([true, 0]);
});

test("an empty part is sent, and small messages do not wait for one another", () => {
  const { sent, outbox } = openWire();
  outbox.send([new Uint8Array([1]), new Uint8Array(0)]);
  outbox.send([new Uint8Array([2])]);
  expect(sent.map(({ bytes, isLast }) => [...bytes, isLast])).toEqual([[1, false], [true], [2, true]]);
});
