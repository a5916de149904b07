import { tell } from "./tell.ts";

/** One kind of attack that a test played. */
export interface Attack {
  readonly promise: string;
  readonly test: string;
  readonly attempts: number;
  readonly gotIn: number;
  readonly figure: string;
}

export const tellAttack = (attack: Attack): void => tell(attack);
