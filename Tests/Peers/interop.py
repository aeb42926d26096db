"""Loads what `jepa-pipe export` writes in the programs it is written for.

    jepa-pipe import ../shared/reference/interop/official.pth.tar --heads 3 --out DIR/imported
    jepa-pipe export DIR/imported --format huggingface --out DIR/huggingface
    jepa-pipe export DIR/imported --format timm --out DIR/timm.safetensors
    jepa-pipe export DIR/imported --format official --out DIR/official.pth.tar
    jepa-pipe import ../shared/reference/interop/official.pth.tar --heads 3 --size 72x96 \\
        --interpolate-positions --out DIR/larger
    jepa-pipe export DIR/larger --format huggingface --out DIR/larger-huggingface
    python Tests/Peers/interop.py DIR ../shared/reference/interop

Needs torch, transformers, timm and safetensors. Ends with 1 if anything differs: the features by
more than 1e-5, also those of larger images with the interpolation of positions that transformers
does by itself; the tensors of the official file by a single bit.
"""

import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from safetensors.torch import load_file
from timm.models.vision_transformer import VisionTransformer
from transformers import IJepaModel

folder, reference = sys.argv[1:3]
expected = load_file(f"{reference}/huggingface_features.safetensors")
images, tokens = expected["images"], expected["last_hidden_state"]
worst = {}

model, report = IJepaModel.from_pretrained(f"{folder}/huggingface", output_loading_info=True)
problems = {key: value for key, value in report.items() if value}
with torch.no_grad():
    found = model.eval()(pixel_values=images).last_hidden_state
worst["transformers"] = (found - tokens).abs().max().item()

larger = torch.randn(2, 3, 72, 96, generator=torch.Generator().manual_seed(0))
stored = IJepaModel.from_pretrained(f"{folder}/larger-huggingface").eval()
with torch.no_grad():
    wanted = model(pixel_values=larger, interpolate_pos_encoding=True).last_hidden_state
    found = stored(pixel_values=larger).last_hidden_state
worst["interpolated positions"] = (found - wanted).abs().max().item()

model = VisionTransformer(
    img_size=48, patch_size=8, embed_dim=48, depth=3, num_heads=3,
    class_token=False, global_pool="avg", fc_norm=False, num_classes=0)
model.load_state_dict(load_file(f"{folder}/timm.safetensors"), strict=True)
with torch.no_grad():
    worst["timm"] = (model.eval().forward_features(images) - tokens).abs().max().item()

before = torch.load(f"{reference}/official.pth.tar", weights_only=True)
after = torch.load(f"{folder}/official.pth.tar", weights_only=True)
for name in ("encoder", "target_encoder", "predictor"):
    same = before[name].keys() == after[name].keys() and all(
        torch.equal(value.view(torch.int32), after[name][key].view(torch.int32))
        for key, value in before[name].items())
    worst[f"official {name}"] = 0.0 if same else float("inf")

for name, value in worst.items():
    print(f"{name:24} {value:.2g}")
if problems:
    print("transformers reports:", problems)
sys.exit(bool(problems) or max(worst.values()) > 1e-5)
