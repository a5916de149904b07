/** Before the tests: the random weights of tests/fixtures/parity, of which the repository holds only lists. */
import path from "node:path";
import { writeSeededWeights } from "../companion/bench/device/seeded-weights.ts";

export default (): void => writeSeededWeights(path.join(__dirname, "fixtures/parity"));
