"""What Hugging Face's library learns from a text, and the ids that it gives. Needs `tokenizers==0.23.2`."""

import json
import random
from pathlib import Path

CORPUS = """\
The quick brown fox jumps over the lazy dog; the lazy dog doesn't mind. It's what they're saying: "we'll see, we've seen, I'd go".
A tokenizer learns which bytes come together: the, then, there, these, them, other, another, mother, together, weather, whether.
Naïve cafés in Zürich, 漢字 and ひらがな, Ελληνικά, русский; numbers 1234 5678 12.50, dates 2024-01-31, and emoji 🙂🙂👩🏽‍🚀.
    def forward(self, x):
        return self.linear(x)  # the weather of the mother of another

		tabs, and  two  spaces\u3000and\u00a0others\r
the the the there there then. aaaaaaaa abababab hahahaha
"""
ALPHABET = " \t\n\r\u00a0\u0085\u3000\ufeffaéßſK'09٣½漢字ひ\u0301\u200d👩🏽\U0010ffff\0\ufffd.,!<|>_sSdDtTthereand"
SPECIAL = "<|endoftext|>"


def texts() -> list[str]:
    draw = random.Random(0)
    found = ["", " ", "Hello world!", "It's what they're saying; I'LL go", "  leading   spaces\n\n\ttabs \n", f"{SPECIAL}after{SPECIAL}", "1234567", "a" * 50, "the mother of another"]
    return found + ["".join(draw.choice(ALPHABET) for _ in range(draw.randint(1, 24))) for _ in range(60)]


def learned(size: int, least: int = 0):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator([CORPUS], trainers.BpeTrainer(vocab_size=size, min_frequency=least, special_tokens=[SPECIAL], initial_alphabet=alphabet, show_progress=False))
    return tokenizer


def like_llama(tokenizer):
    """Another division into words, tokens around the text, and words that are tokens left alone."""
    from tokenizers import AddedToken, Regex, Tokenizer, normalizers, pre_tokenizers, processors

    words = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(words), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.add_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    template = processors.TemplateProcessing(single=f"{SPECIAL} $A", special_tokens=[(SPECIAL, 0)])
    tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), template])
    definition = json.loads(tokenizer.to_str())
    definition["model"]["ignore_merges"] = True
    return Tokenizer.from_str(json.dumps(definition))


def like_roberta(tokenizer):
    from tokenizers import pre_tokenizers, processors

    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=True)])
    tokenizer.post_processor = processors.RobertaProcessing((SPECIAL, 0), (SPECIAL, 0))
    return tokenizer


def definition_of(tokenizer) -> dict:
    """All but the vocabulary and the merges, which are those that were learned."""
    definition = json.loads(tokenizer.to_str())
    for name in ("vocab", "merges"):
        del definition["model"][name]
    return definition


def generate(folder: Path) -> None:
    base = learned(420)
    model = json.loads(base.to_str())["model"]
    rare = json.loads(learned(420, 3).to_str())["model"]
    variants = {"GPT-2": base, "Llama 3": like_llama(learned(420)), "RoBERTa": like_roberta(learned(420))}
    answers = {
        "corpus": CORPUS,
        "tokens": sorted(model["vocab"], key=model["vocab"].get),
        "merges": model["merges"],
        "frequent": len(rare["merges"]),
        "tokenizers": {
            name: {"definition": definition_of(tokenizer), "rows": [[text, tokenizer.encode(text).ids] for text in [*texts(), "a  <mask> b"]]} for name, tokenizer in variants.items()
        },
    }
    (folder / "tokenizers.json").write_text(json.dumps(answers, ensure_ascii=True, separators=(",", ":")) + "\n")
