/** After a change to a node's place or size: lays out the frames around it and fits the groups around it. */
import { layOut } from "./auto-layout.ts";
import { refit } from "./fit.ts";
import type { Scene } from "./scene.ts";

export function rearrange(scene: Scene, id: string | null): void {
  if (id === null || scene.find(id) === undefined) return;
  const above = scene.get(id).parent;
  refit(scene, id);
  const start = scene.find(id) === undefined ? above : id;
  if (start !== null) layOut(scene, start);
}
