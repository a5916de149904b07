import type { ComponentChildren } from "preact";

const Icon = ({ children }: { children: ComponentChildren }) => (
  <svg
    class="icon"
    width="16"
    height="16"
    viewBox="0 0 16 16"
    fill="none"
    stroke="currentColor"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    {children}
  </svg>
);

export const ChevronLeft = () => (
  <Icon>
    <path d="M9.5 4 5.5 8l4 4" />
  </Icon>
);
export const ChevronDown = () => (
  <Icon>
    <path d="M5 6.5 8 9.5l3-3" />
  </Icon>
);
export const ChevronRight = () => (
  <Icon>
    <path d="m6.5 4 4 4-4 4" />
  </Icon>
);
export const Expand = () => (
  <Icon>
    <path d="M9.5 3.5h3v3M12.5 3.5l-4 4M6.5 12.5h-3v-3M3.5 12.5l4-4" />
  </Icon>
);
export const Star = ({ filled }: { filled: boolean }) => (
  <Icon>
    <path
      d="m8 2.8 1.6 3.3 3.6.5-2.6 2.5.6 3.6L8 11l-3.2 1.7.6-3.6-2.6-2.5 3.6-.5Z"
      fill={filled ? "currentColor" : "none"}
    />
  </Icon>
);
export const Lock = () => (
  <Icon>
    <rect x="4" y="7" width="8" height="6" rx="1.5" />
    <path d="M5.75 7V5.25a2.25 2.25 0 0 1 4.5 0V7" />
  </Icon>
);
export const Unlock = () => (
  <Icon>
    <rect x="4" y="7" width="8" height="6" rx="1.5" />
    <path d="M5.75 7V5.25A2.25 2.25 0 0 1 10 4.2" />
  </Icon>
);
export const Dice = () => (
  <Icon>
    <rect x="3" y="3" width="10" height="10" rx="2.5" />
    <path d="M6 6h.01M10 6h.01M8 8h.01M6 10h.01M10 10h.01" stroke-width="1.5" />
  </Icon>
);
export const Dots = () => (
  <Icon>
    <path d="M4 8h.01M8 8h.01M12 8h.01" stroke-width="2" />
  </Icon>
);
export const Check = () => (
  <Icon>
    <path d="m4.5 8.5 2.5 2.5 4.5-5.5" />
  </Icon>
);
export const Warning = () => (
  <Icon>
    <path d="M8 4.5v4M8 11h.01" stroke-width="1.5" />
  </Icon>
);
export const Cross = () => (
  <Icon>
    <path d="m5 5 6 6m0-6-6 6" />
  </Icon>
);
export const Plus = () => (
  <Icon>
    <path d="M8 4v8M4 8h8" />
  </Icon>
);
export const Minus = () => (
  <Icon>
    <path d="M4.5 8h7" />
  </Icon>
);
export const Pointer = () => (
  <Icon>
    <path d="m4 3.5 3.2 9 1.5-3.8 3.8-1.5Z" />
  </Icon>
);
export const Layers = () => (
  <Icon>
    <path d="m8 3 5 2.75L8 8.5 3 5.75ZM3.5 8.6 8 11.1l4.5-2.5" />
  </Icon>
);
export const Search = () => (
  <Icon>
    <path d="m10.2 10.2 3 3M11.5 7.25a4.25 4.25 0 1 1-8.5 0 4.25 4.25 0 0 1 8.5 0Z" />
  </Icon>
);
export const Sparkle = () => (
  <Icon>
    <path d="M8 3c.5 3.2 1.8 4.5 5 5-3.2.5-4.5 1.8-5 5-.5-3.2-1.8-4.5-5-5 3.2-.5 4.5-1.8 5-5Z" />
  </Icon>
);
