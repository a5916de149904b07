import type { ZImageModel } from "../../checkpoint/model.ts";
import { Z_IMAGE } from "../../opening/architectures.ts";
import { zImage } from "../../pipeline/families/z-image.ts";
import { writeRandomZImage, zImageFiles } from "./random-z-image.ts";
import { stepOf } from "./rivals.ts";
import type { Subject } from "./subject.ts";

/** Of a short prompt, filled up as the model asks for: pads do not enter. */
const TOKENS = 32;

const DIFFUSERS = stepOf(`
from diffusers import ZImageTransformer2DModel
def network():
    return ZImageTransformer2DModel()
def inputs(side):
    return dict(x=[torch.randn(16, 1, 2 * side, 2 * side, **bf)], t=torch.tensor([0.5], **bf),
        cap_feats=[torch.randn(${TOKENS}, 2560, **bf)], return_dict=False)
`);

export const Z_IMAGE_TURBO: Subject<ZImageModel> = {
  name: "Z-Image-Turbo",
  key: "z-image",
  ...{ architecture: Z_IMAGE, family: zImage },
  ...{ files: zImageFiles, write: writeRandomZImage },
  ...{ tokens: TOKENS, pixelsOfPlace: 16, noGuidance: 0 },
  diffusers: DIFFUSERS,
};
