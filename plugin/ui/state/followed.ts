/** Layers that results follow. */
import type { Size } from "../../../shared/geometry.ts";
import type { Control } from "../../../shared/request.ts";
import type { LayerInfo, Role } from "../../bridge.ts";
import type { KeepName } from "../models/control-keeps.ts";

/** A layer that results should follow. */
export interface FollowedLayer {
  /** Its size on the canvas where it is known. */
  readonly layer: Pick<LayerInfo, "id" | "name" | "fingerprint"> & Partial<Size>;
  /** 0 … 2. */
  readonly weight: number;
  /** Shares of the steps, start < end. */
  readonly start: number;
  readonly end: number;
}

export const FOLLOWED_PARTS = ["all", "style", "layout"] as const;

/** By what it shows (IP-Adapter). */
export interface ReferenceLayer extends FollowedLayer {
  /** What results take from it; InstantStyle's parts of the UNet. */
  readonly blocks: (typeof FOLLOWED_PARTS)[number];
  /** The layer that says where results follow it. Absent: everywhere. */
  readonly within?: Pick<LayerInfo, "id" | "name">;
  /** The character that brings it along. Absent: the panel's own. */
  readonly character?: Pick<LayerInfo, "id" | "name">;
  /** What it is for. Absent: nothing is said of it. */
  readonly role?: Role;
}

/** By its lines, shapes or colours, place for place (ControlNet, T2I-Adapter). */
export interface ControlLayer extends FollowedLayer {
  readonly keeps: KeepName;
  /** The control model's id in the library. */
  readonly model: string;
  /** "guess": the picture counts more than the prompt. ControlNets only. */
  readonly mode: Control["mode"];
  /** Its outlines are known exactly, see `read-outlines`. */
  readonly drawn: boolean;
}
