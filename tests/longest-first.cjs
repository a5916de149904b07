// The order of test files. Jest begins with the largest files where it has no times yet, as in a fresh clone: those that take
// longest would come last, and one worker would wait for the other.
const { default: Sequencer } = require("@jest/test-sequencer");

const LONGEST = [
  "parity/parity",
  "package/package",
  "browser/byte-identity",
  "end-to-end/companion",
  "checkpoint/same-picture",
  "browser/underpaint",
  "browser/expand-identity",
  "runtime/webgpu",
  "faults/kills",
];

const rank = ({ path }) => {
  const place = LONGEST.findIndex((name) => path.replaceAll("\\", "/").endsWith(`tests/${name}.test.ts`));
  return place === -1 ? LONGEST.length : place;
};

module.exports = class extends Sequencer {
  async sort(tests) {
    return [...(await super.sort(tests))].sort((a, b) => rank(a) - rank(b));
  }
};
