import { useRef, useState } from "preact/hooks";
import type { Rect } from "../../../shared/geometry.ts";
import { fitBox } from "../parts/fit-box.ts";
import type { ArtboardsView } from "../state/artboard-set.ts";
import { t } from "../text/language.ts";

/** Of the picture on the panel, pixels. */
const TALLEST = 180;
/** Of the picture: the least side of a subject, how far a key moves it, and up to where a drag is a press. */
const [LEAST, STEP, PRESSED] = [0.05, 0.02, 0.02];

interface StageProps {
  readonly view: ArtboardsView;
  readonly onChange: (subject: Rect) => void;
}

/** The picture and its subject: dragging draws another box, a press moves it there, and so do arrow keys. */
export function SubjectStage({ view: { picture, subject, visual }, onChange }: StageProps) {
  const stage = useRef<HTMLButtonElement>(null);
  const [from, setFrom] = useState<{ x: number; y: number } | null>(null);
  const [drawn, setDrawn] = useState<Rect | null>(null);
  const shown = drawn ?? subject;
  const at = ({ clientX, clientY }: PointerEvent) => {
    const { left, top, width, height } = stage.current!.getBoundingClientRect();
    return { x: within((clientX - left) / width, 0, 1), y: within((clientY - top) / height, 0, 1) };
  };
  const end = (event: PointerEvent) => {
    if (from === null) return;
    const box = between(from, at(event));
    const isPress = Math.max(box.width, box.height) < PRESSED;
    onChange(isPress ? moveTo(subject, from.x - subject.width / 2, from.y - subject.height / 2) : grown(box));
    setFrom(null);
    setDrawn(null);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const [x, y] = [step[0]! * STEP, step[1]! * STEP];
    onChange(
      event.shiftKey
        ? grown({ ...subject, width: subject.width + x, height: subject.height + y })
        : moveTo(subject, subject.x + x, subject.y + y),
    );
  };
  const percent = (share: number) => t.common.percent(share);
  return (
    <button
      type="button"
      ref={stage}
      class="subject-stage"
      style={fitBox(visual.picture, TALLEST)}
      aria-label={t.artboards.subjectAt(
        [subject.x, subject.y, subject.width, subject.height].map(percent) as [string, string, string, string],
      )}
      onKeyDown={onKey}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setFrom(at(event));
      }}
      onPointerMove={(event) => from && setDrawn(between(from, at(event)))}
      onPointerUp={end}
      onPointerCancel={() => {
        setFrom(null);
        setDrawn(null);
      }}
    >
      <img src={picture} alt="" draggable={false} />
      <i
        style={{
          ...{ left: `${100 * shown.x}%`, top: `${100 * shown.y}%` },
          ...{ width: `${100 * shown.width}%`, height: `${100 * shown.height}%` },
        }}
      />
    </button>
  );
}

const within = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

const between = (a: { x: number; y: number }, b: { x: number; y: number }): Rect => ({
  ...{ x: Math.min(a.x, b.x), y: Math.min(a.y, b.y) },
  ...{ width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) },
});

const moveTo = ({ width, height }: Rect, x: number, y: number): Rect => ({
  ...{ width, height },
  ...{ x: within(x, 0, 1 - width), y: within(y, 0, 1 - height) },
});

/** Large enough, and inside the picture. */
function grown({ x, y, width, height }: Rect): Rect {
  const [w, h] = [within(width, LEAST, 1), within(height, LEAST, 1)];
  return moveTo({ x, y, width: w, height: h }, x, y);
}
