/** The few icons of the editor, 16 × 16, drawn with the text's colour. */
const PATHS = {
  move: "M3.5 2.5l9 4.2-3.9 1.4-1.6 4z",
  hand: "M5 8V4.2a1 1 0 012 0V7m0-3.5a1 1 0 012 0V7m0-2.8a1 1 0 012 0v4.3c0 3-1.500 5-3.800 5-2 0-2.900-1-3.800-2.700L2.400 8.600c-.4-.9.800-1.500 1.400-.7L5 9.400",
  frame: "M5 2v12M11 2v12M2 5h12M2 11h12",
  rectangle: "M3 3h10v10H3z",
  ellipse: "M8 3a5 5 0 100 10A5 5 0 008 3z",
  pencil: "M3 13l.7-3L10.500 3.200a1.300 1.300 0 011.900 0l.4.4a1.300 1.300 0 010 1.900L6 12.300z",
  text: "M3.500 5V3.500h9V5M8 3.500v9M6.500 12.500h3",
  group: "M3 3h10v10H3z",
  section: "M2.500 4.500h11v8h-11zM2.500 4.500v-1.500h4v1.500",
  star: "M8 2.500l1.600 3.600 3.900.4-2.900 2.600.8 3.900L8 11l-3.400 2 .8-3.900L2.500 6.500l3.900-.4z",
  image: "M2.500 3h11v10h-11zM3 11.500l3-3.500 2.500 2.500L10 9l3 3M10.500 5.800v.1",
  component: "M8 2l2 2-2 2-2-2zM8 10l2 2-2 2-2-2zM4 6l2 2-2 2-2-2zM12 6l2 2-2 2-2-2z",
  polygon: "M8 3l5.500 9.500h-11z",
  line: "M3 13L13 3",
  eye: "M1.500 8S4 4 8 4s6.500 4 6.500 4-2.500 4-6.500 4S1.500 8 1.500 8zM8 6.500a1.500 1.500 0 100 3 1.500 1.500 0 000-3z",
  lock: "M4.500 7.500h7v5h-7zM6 7.500V5.500a2 2 0 014 0v2",
  undo: "M6 3L3 6l3 3M3 6h6.500a3.500 3.500 0 010 7H6",
  redo: "M10 3l3 3-3 3M13 6H6.500a3.500 3.500 0 000 7H10",
  sun: "M8 5a3 3 0 100 6 3 3 0 000-6zM8 1.500V3M8 13v1.500M1.500 8H3M13 8h1.500M3.400 3.400l1 1M11.600 11.600l1 1M3.400 12.600l1-1M11.600 4.400l1-1",
  moon: "M13 9.500A5.500 5.500 0 016.500 3 5.500 5.500 0 1013 9.500z",
  chevron: "M6 4l4 4-4 4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-linejoin="round"
      stroke-linecap="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
