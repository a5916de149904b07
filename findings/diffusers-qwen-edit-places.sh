#!/usr/bin/env bash
# diffusers 0.42.1 with transformers 5.24.0. One would expect Qwen-Image-Edit's text encoder, Qwen2.5-VL, to see its pictures as it was
# trained: each picture token at a place of its own in time, row and column (M-RoPE). Seen: transformers 5 finds these places only if it
# is given `mm_token_type_ids`, which its processors make and the pipeline does not pass on; without it every token, picture or word,
# counts as one more word in a row, and nothing is said. The states of the words after the picture differ, too.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "diffusers==0.42.1 transformers==5.24.0 torch==2.15.0 torchvision==0.29.2 accelerate numpy" <<'PY'
import torch
from diffusers import QwenImageEditPlusPipeline
from transformers import BatchFeature, Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

torch.manual_seed(0)
IMAGE, ROWS, COLUMNS, MERGED = 7, 4, 8, 2
config = Qwen2_5_VLConfig(
    text_config={
        "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 200,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1000000.0, "mrope_section": [1, 1, 2]}, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1,
    },
    vision_config={
        "depth": 2, "hidden_size": 32, "intermediate_size": 48, "num_heads": 2, "out_hidden_size": 32, "patch_size": 14, "spatial_merge_size": MERGED,
        "window_size": 56, "fullatt_block_indexes": [1],
    },
    image_token_id=IMAGE, video_token_id=8, vision_start_token_id=5, vision_end_token_id=6,
)
model = Qwen2_5_VLForConditionalGeneration(config).eval()
# Random weights as small as they begin attend to everything alike.
for name, weight in model.named_parameters():
    if "norm" not in name:
        weight.data *= 6
pictures = ROWS * COLUMNS // MERGED**2
ids = torch.tensor([[*range(20, 90), 5, *[IMAGE] * pictures, 6, *range(100, 110)]])
inputs = {
    "input_ids": ids, "attention_mask": torch.ones_like(ids), "image_grid_thw": torch.tensor([[1, ROWS, COLUMNS]]),
    "pixel_values": torch.randn(ROWS * COLUMNS, 3 * 2 * 14 * 14),
}
pipe = QwenImageEditPlusPipeline(
    text_encoder=model, processor=lambda **_: BatchFeature(inputs), tokenizer=None, transformer=None, vae=None, scheduler=None,
)
with torch.no_grad():
    given, _ = pipe._get_qwen_prompt_embeds("x", image=[None], device="cpu")
    state = lambda **more: model(**inputs, output_hidden_states=True, **more).hidden_states[-1][:, pipe.prompt_template_encode_start_idx :]
    row = torch.arange(ids.shape[1])[None, None].repeat(3, 1, 1)
    trained, words = state(mm_token_type_ids=(ids == IMAGE).int()), state(position_ids=row)
far = lambda other: ((given - other).abs().max() / other.abs().max()).item()
print(f"the pipeline's states are {far(words):.1e} away from those with places in a row, and {far(trained):.2f} from those with places in a picture")
assert far(words) < 1e-6 and far(trained) > 0.02
PY
