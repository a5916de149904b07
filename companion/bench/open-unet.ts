import { Problem } from "../../shared/problem.ts";
import { openModel, type UNetModel } from "../checkpoint/model.ts";

/** What the bench takes apart. Throws as `openModel`, and Problem "model-unsupported" for a model of another architecture. */
export async function openUNet(place: string): Promise<UNetModel> {
  const model = await openModel(place);
  if (model.denoiser.architecture === "unet") return model as UNetModel;
  throw new Problem("model-unsupported", "The bench takes Stable Diffusion models apart: choose one.");
}
