import { Plus } from "./icons.tsx";

export interface SectionHeadProps {
  readonly title: string;
  /** The same in the field's word, for who searches it. */
  readonly term: string;
  readonly add: string;
  /** Why nothing can be added now. */
  readonly blocked?: string | undefined;
  readonly onAdd: () => void;
}

/** A section's name with a plus, as in Figma's own panels. */
export function SectionHead({ title, term, add, blocked, onAdd }: SectionHeadProps) {
  return (
    <div class="section-head">
      <h2>
        {title} <span>{term}</span>
      </h2>
      <button
        type="button"
        class="tool"
        title={blocked ?? add}
        aria-label={add}
        disabled={blocked !== undefined}
        onClick={onAdd}
      >
        <Plus />
      </button>
    </div>
  );
}
