"""Samples of operators for which OpInfo's are too large, or draw random numbers."""

import torch

from .internals import core


def attention_samples(dtype: torch.dtype, requires_grad: bool) -> list:
    """OpInfo's are too large, and some of them draw random numbers."""
    def operands(*shapes):
        return [torch.randn(shape, dtype=dtype, requires_grad=requires_grad) for shape in shapes]
    allowed = torch.tensor([[True, False, True], [False, False, False]])
    numbers = torch.randn(2, 1, 2, 3, dtype=dtype)
    samples = [
        (operands((2, 3), (4, 3), (4, 3)), {}),
        (operands((2, 2, 3), (2, 3, 3), (2, 3, 5)), {}),
        (operands((2, 2, 5, 4), (2, 2, 7, 4), (2, 2, 7, 4)), {}),
        (operands((2, 1, 3, 4), (1, 2, 5, 4), (2, 2, 5, 4)), {}),
        (operands((2, 1, 2, 3, 2), (2, 1, 2, 3, 2), (2, 1, 2, 3, 2)), {}),
        (operands((1, 2, 3, 4), (1, 2, 5, 4), (1, 2, 5, 4)), {"is_causal": True}),
        (operands((3, 2), (3, 2), (3, 2)), {"is_causal": True, "scale": 2.5}),
        (operands((1, 2, 2, 4), (1, 2, 3, 4), (1, 2, 3, 4)), {"attn_mask": allowed}),
        (operands((2, 2, 2, 4), (2, 2, 3, 4), (2, 2, 3, 4)), {"attn_mask": numbers}),
        (operands((2, 2, 4), (2, 3, 4), (2, 3, 4)), {"attn_mask": torch.randn(2, 3, dtype=dtype, requires_grad=requires_grad)}),
        (operands((1, 4, 2, 3), (1, 2, 3, 3), (1, 2, 3, 3)), {"enable_gqa": True}),
        (operands((1, 1, 2, 3), (1, 1, 0, 3), (1, 1, 0, 3)), {}),
    ]
    return [core.SampleInput(query, args=(key, value), kwargs=kwargs) for (query, key, value), kwargs in samples]


def ctc_samples(dtype: torch.dtype, requires_grad: bool) -> list:
    """OpInfo's are too large. Sequences of different lengths, with labels that repeat, with none, and with too many for their steps."""
    targets = torch.tensor([[1, 2, 2], [3, 1, 0], [1, 1, 1]])
    ones_behind_another = torch.tensor([1, 2, 2, 3])
    input_lengths, target_lengths = torch.tensor([5, 4, 3]), torch.tensor([3, 1, 2])
    samples = [
        ((5, 3, 4), (targets, input_lengths, target_lengths), {"reduction": reduction}) for reduction in ("none", "mean", "sum")
    ] + [
        ((5, 3, 4), (targets, [5, 5, 2], [3, 0, 3]), {"zero_infinity": True}),
        ((5, 2, 4), (ones_behind_another, [5, 3], [3, 1]), {"reduction": "none"}),
        ((4, 2, 5), (torch.tensor([[0, 1], [2, 2]]), [4, 4], [2, 2]), {"blank": 4}),
        ((4, 3), (torch.tensor([1, 2]), torch.tensor(4), torch.tensor(2)), {"reduction": "none"}),
    ]
    return [core.SampleInput(torch.randn(shape, dtype=dtype).log_softmax(-1).requires_grad_(requires_grad), args=args, kwargs=kwargs)
            for shape, args, kwargs in samples]


def heads_samples(dtype: torch.dtype, requires_grad: bool) -> list:
    """OpInfo's draw random numbers."""
    def random(*shape):
        return torch.randn(shape, dtype=dtype, requires_grad=requires_grad)
    def packed(embedding, bias_kv=False):
        extra = [random(1, 1, embedding) if bias_kv else None for _ in range(2)]
        return [random(3 * embedding, embedding), random(3 * embedding), *extra]
    def out(embedding):
        return [random(embedding, embedding), random(embedding)]
    later = torch.ones(3, 3).triu(1).bool()
    padding = torch.tensor([[False, False, True], [False, True, True]])
    samples = [
        ([random(3, 2, 4), random(3, 2, 4), random(3, 2, 4), 4, 2, *packed(4), False, 0.0, *out(4)], {}),
        ([random(2, 4), random(3, 4), random(3, 4), 4, 2, *packed(4), False, 0.0, *out(4)], {"average_attn_weights": False}),
        ([random(3, 2, 2), random(3, 2, 2), random(3, 2, 2), 2, 2, *packed(2, True), True, 0.0, *out(2)],
         {"attn_mask": later, "key_padding_mask": padding}),
        ([random(3, 1, 2), random(3, 1, 2), random(3, 1, 2), 2, 1, *packed(2), False, 0.5, *out(2)],
         {"training": False, "need_weights": False, "attn_mask": later, "is_causal": True}),
        ([random(2, 1, 2), random(3, 1, 3), random(3, 1, 4), 2, 2, None, random(6), None, None, False, 0.0, *out(2)],
         {"use_separate_proj_weight": True, "q_proj_weight": random(2, 2), "k_proj_weight": random(2, 3), "v_proj_weight": random(2, 4),
          "attn_mask": torch.randn(2, 2, 3, dtype=dtype)}),
    ]
    return [core.SampleInput(args[0], args=tuple(args[1:]), kwargs=kwargs) for args, kwargs in samples]


# Operators whose OpInfo samples do not fit in here.
OWN_SAMPLES = {
    "nn.functional.multi_head_attention_forward": heads_samples,
    "nn.functional.scaled_dot_product_attention": attention_samples,
    "nn.functional.ctc_loss": ctc_samples,
}
