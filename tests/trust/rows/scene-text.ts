import { playTests } from "../play-tests.ts";
import type { Row } from "../row.ts";

interface Line {
  readonly word: string;
  readonly with: boolean;
  readonly without: boolean;
  readonly painted: number;
}

export const row: Row = {
  promise: "Text that is painted into a picture is read back by an OCR package, and is painted, not pasted",
  test: "tests/pipeline/scene-text.test.ts",
  run: async () => {
    const { passed, told } = playTests<Line>(["tests/pipeline/scene-text.test"], { UNDERPAINT_SCENE_TEXT: "long" });
    const share = (is: (line: Line) => boolean) => `${told.filter(is).length} of ${told.length}`;
    const painted = told.reduce((sum, line) => sum + line.painted, 0) / told.length;
    return {
      held: passed,
      figure: `${share((line) => line.with)} with outlines steering, ${share((line) => line.without)} without; ${Math.round(100 * painted)} % of the letters' area is not flatly their colour`,
      details: told.map(
        (line) =>
          `${line.word}: ${line.with ? "read" : "not read"} with, ${line.without ? "read" : "not read"} without, ${Math.round(100 * line.painted)} % painted`,
      ),
    };
  },
};
