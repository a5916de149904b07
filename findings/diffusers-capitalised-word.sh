#!/usr/bin/env bash
# diffusers 0.42.1 with transformers 5.24.0. A textual inversion of several vectors is added to the tokenizer as WORD, WORD_1,
# WORD_2, and a prompt's WORD is to be written out into all of them. Seen: the tokenizer gives its tokens in lower case, they
# are looked up among the words as they were added, and so one with a capital letter is never found: only the first of its
# vectors is heard, without a warning. A word in lower case is heard whole.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "torch==2.15.0 diffusers==0.42.1 transformers==5.24.0" <<'PY'
import json, tempfile
from diffusers.loaders.textual_inversion import TextualInversionLoaderMixin
from transformers import CLIPTokenizer
folder = tempfile.mkdtemp()
letters = [chr(c) for c in range(33, 127)]
words = letters + [letter + "</w>" for letter in letters] + ["<|startoftext|>", "<|endoftext|>"]
json.dump({word: i for i, word in enumerate(words)}, open(folder + "/vocab.json", "w"))
open(folder + "/merges.txt", "w").write("#version: 0.2\n")
seen = {}
for word in ("fern", "Fern"):
    tokenizer = CLIPTokenizer(folder + "/vocab.json", folder + "/merges.txt")
    tokenizer.add_tokens([word, word + "_1", word + "_2"])
    prompt = TextualInversionLoaderMixin().maybe_convert_prompt("a " + word, tokenizer)
    first = tokenizer.added_tokens_encoder[word]
    seen[word] = [i - first for i in tokenizer(prompt).input_ids if i >= first]
    print(repr("a " + word), "becomes", repr(prompt), "and hears the vectors", seen[word])
assert seen == {"fern": [0, 1, 2], "Fern": [0]}
PY
