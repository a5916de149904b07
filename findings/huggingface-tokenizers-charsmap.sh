#!/usr/bin/env bash
# @huggingface/tokenizers 0.2.0 (the JavaScript package) against tokenizers 0.23.3 (Python), with a tokenizer.json whose normalizer is
# SentencePiece's own table ("Precompiled", made here by sentencepiece 0.2.3). One would expect the same ids of the same file. Seen:
# the JavaScript package never reads the table; it takes every one for NFKC. For "nmt_nfkc" the two agree but for three
# characters; with a table that folds case ("nmt_nfkc_cf", which several multilingual encoders use) capitals stay, and a prompt that
# begins with one is cut into letters and unknown pieces. Nothing is said.
set -euo pipefail
. "$(dirname "$0")/python.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export FOLDER=$folder
in_python "sentencepiece==0.2.3 protobuf tokenizers==0.23.3" <<'PY'
import base64, io, json, os
import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Tokenizer

made = {}
for rule in ("nmt_nfkc", "nmt_nfkc_cf"):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["red apple", "green leaf", "a sign in a shop"] * 50), model_writer=model, vocab_size=40,
        hard_vocab_limit=False, normalization_rule_name=rule, minloglevel=2,
    )
    read = sentencepiece_model_pb2.ModelProto()
    read.ParseFromString(model.getvalue())
    table = base64.b64encode(read.normalizer_spec.precompiled_charsmap).decode()
    made[rule] = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "post_processor": None, "decoder": None,
        "normalizer": {"type": "Precompiled", "precompiled_charsmap": table},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True},
        "model": {"type": "Unigram", "unk_id": 0, "vocab": [[one.piece, one.score] for one in read.pieces], "byte_fallback": False},
    }
tokens = {rule: Tokenizer.from_str(json.dumps(one)).encode("Red Apple").tokens for rule, one in made.items()}
with open(os.path.join(os.environ["FOLDER"], "made.json"), "w") as file:
    json.dump({"made": made, "tokens": tokens}, file)
PY
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund @huggingface/tokenizers@0.2.0
cat > try.mjs <<'JS'
import { readFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";

const { made, tokens } = JSON.parse(readFileSync("made.json", "utf8"));
const same = Object.entries(made).map(([rule, file]) => {
  const own = new Tokenizer(file, {}).encode("Red Apple").tokens;
  console.log(`${rule}: Python ${tokens[rule].join(" ")} | JavaScript ${own.join(" ")}`);
  return own.join() === tokens[rule].join();
});
process.exit(same[0] && !same[1] ? 0 : 1);
JS
node try.mjs
