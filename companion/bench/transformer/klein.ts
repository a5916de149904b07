import { FLUX2_TOKENS } from "../../checkpoint/flux2/model.ts";
import type { Flux2Model } from "../../checkpoint/model.ts";
import { FLUX2 } from "../../opening/architectures.ts";
import { flux2Klein } from "../../pipeline/families/flux2-klein.ts";
import { kleinFiles, writeRandomKlein } from "./random-klein.ts";
import { stepOf } from "./rivals.ts";
import type { Subject } from "./subject.ts";

/** Every place of the prompt enters, pads too. */
const DIFFUSERS = stepOf(`
from diffusers import Flux2Transformer2DModel
def network():
    return Flux2Transformer2DModel(in_channels=128, num_layers=5, num_single_layers=20, attention_head_dim=128,
        num_attention_heads=24, joint_attention_dim=7680, guidance_embeds=False)
def inputs(side):
    zero, places, text = torch.zeros(1, dtype=torch.long), torch.arange(side), ${FLUX2_TOKENS}
    return dict(hidden_states=torch.randn(1, side * side, 128, **bf), encoder_hidden_states=torch.randn(1, text, 7680, **bf),
        timestep=torch.tensor([0.5], **bf), img_ids=torch.cartesian_prod(zero, places, places, zero)[None],
        txt_ids=torch.cartesian_prod(zero, zero, zero, torch.arange(text))[None], guidance=None, return_dict=False)
`);

export const KLEIN: Subject<Flux2Model> = {
  name: "FLUX.2 klein 4B",
  key: "klein",
  ...{ architecture: FLUX2, family: flux2Klein },
  ...{ files: kleinFiles, write: writeRandomKlein },
  ...{ tokens: FLUX2_TOKENS, pixelsOfPlace: 16, noGuidance: 1 },
  diffusers: DIFFUSERS,
};
