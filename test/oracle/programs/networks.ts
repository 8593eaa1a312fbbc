import torch, { F, type Tensor } from "../../../runtime/index.ts";
import type { Program } from "./page.ts";

const { tensor, zeros, ones } = torch;

type Loss = (input: Tensor, target: Tensor, options?: { reduction?: "mean" | "none" }) => Tensor;

/** What `nn.functional` has besides layers: losses, normalisations, and what they refuse. */
export const networks: Readonly<Record<string, Program>> = {
  "classes as rows"({ show, fails }) {
    const labels = tensor([2n, 0n, 1n]);
    show(F.one_hot(labels), F.one_hot(labels, 4).dtype, F.one_hot(labels.reshape(3, 1), { num_classes: 4 }));
    const none = zeros(0, { dtype: torch.int64 });
    show(F.one_hot(tensor(1n)), `torch.Size([${F.one_hot(none, 3).shape.join(", ")}])`);
    fails(() => F.one_hot(tensor([0n, 3n]), 3));
    fails(() => F.one_hot(tensor([0n, -1n])));
    fails(() => F.one_hot(tensor([0, 1])));
    fails(() => F.one_hot(none));
  },

  "choices at random"({ show }) {
    const logits = torch.arange(20).float().reshape(4, 5).cos().requires_grad_();
    show(
      F.gumbel_softmax(logits),
      F.gumbel_softmax(logits, { tau: 0.5, hard: true }),
      F.gumbel_softmax(logits.t(), 2, false, 1e-10, 0),
    );
    F.gumbel_softmax(logits, { hard: true }).mul(torch.arange(5)).sum().backward();
    show(logits.grad);
  },

  "heads drop weights at random"({ show }) {
    const x = torch.arange(12).float().reshape(3, 2, 2).sin();
    const [weight, out] = [torch.arange(12).float().reshape(6, 2).cos(), torch.eye(2)];
    show(...F.multi_head_attention_forward(x, x, x, 2, 2, weight, null, null, null, false, 0.5, out, null));
    show(
      F.scaled_dot_product_attention(x, x, x, { dropout_p: 0.5 }),
      F.scaled_dot_product_attention(x, x, x, { is_causal: true, dropout_p: 0.3 }),
    );
  },

  "names of losses"({ show }) {
    const x = tensor([
      [0.2, 0.5, 0.3],
      [0.1, 0.7, 0.9],
    ]).requires_grad_();
    const y = tensor([
      [0.5, 0.1, 1],
      [0, 0.4, 0.2],
    ]);
    const labels = tensor([2n, 0n]);
    const binary: readonly Loss[] = [
      F.mse_loss,
      F.l1_loss,
      F.smooth_l1_loss,
      F.huber_loss,
      F.binary_cross_entropy,
      F.binary_cross_entropy_with_logits,
      F.soft_margin_loss,
    ];
    for (const loss of binary) show(loss(x, y), loss(x, y, { reduction: "none" }).grad_fn?.name);
    const classified: readonly Loss[] = [F.cross_entropy, F.nll_loss, F.multi_margin_loss];
    for (const loss of classified) show(loss(x, labels), loss(x, labels, { reduction: "none" }));
    show(
      F.cross_entropy(x.reshape(1, 3, 2), labels.reshape(1, 2)),
      F.cross_entropy(x, y, { reduction: "sum" }),
      F.kl_div(x, y, { reduction: "batchmean" }),
    );
    const lists = tensor([
      [0n, -1n, 1n],
      [1n, 2n, -1n],
    ]);
    show(F.multilabel_margin_loss(x, lists), F.poisson_nll_loss(x, y), F.gaussian_nll_loss(x, y, y.add(1)));
    const steps = zeros(3, 1, 2, { requires_grad: true }).log_softmax(2);
    show(F.ctc_loss(steps, tensor([[1n]]), [3], [1]));
  },

  "names of normalisations"({ show }) {
    const x = tensor([
      [
        [1, 2, 4],
        [0, 3, 1],
      ],
    ]).requires_grad_();
    show(F.layer_norm(x, [3]), F.group_norm(x, 2), F.instance_norm(x), F.rms_norm(x, [3]));
    show(F.batch_norm(x, null, null, { training: true }), F.local_response_norm(x, 2));
    const channels = x.reshape(1, 6, 1, 1).index(torch.slice(), torch.slice(0, 4));
    show(F.softmax(x, 1), F.log_softmax(x, -1, { dtype: torch.float64 }), F.pixel_shuffle(channels, 2));
    show(
      torch.channel_shuffle(x.reshape(1, 2, 3, 1), 2),
      ...torch.native_group_norm(x, null, null, 1, 2, 3, 1, 0.5),
    );
    show(
      ...torch.native_layer_norm(x, [3], null, null, 0.5),
      ...torch.native_batch_norm(x, null, null, null, null, true, 0.1, 0.5),
    );
  },

  "losses as functions of torch"({ show }) {
    const [x, y] = [tensor([0.5, -1, 2]), tensor([1, -1, 1])];
    const rows = tensor([
      [1, 2],
      [0.5, -1],
    ]);
    const signs = tensor([1, -1]);
    for (const reduction of [0, 1, 2]) {
      show(torch.kl_div(x, y.abs(), reduction), torch.hinge_embedding_loss(x, y, 1.5, reduction));
      show(
        torch.margin_ranking_loss(x, x.flip(0), y, 0.5, reduction),
        torch.poisson_nll_loss(x, y.abs(), true, true, 1e-8, reduction),
      );
      show(torch.binary_cross_entropy_with_logits(x, y.abs(), null, null, reduction));
      show(torch.cosine_embedding_loss(rows, rows.flip(0), signs, 0.1, reduction));
      show(torch.triplet_margin_loss(rows, rows.flip(0), rows.mul(2), 1, 2, 1e-6, false, reduction));
      show(torch.ctc_loss(zeros(3, 1, 2), tensor([[1n]]), [3], [1], 0, reduction));
    }
  },

  "losses refuse what does not fit"({ fails }) {
    const x = tensor([
      [0.2, 0.5, 0.3],
      [0.1, 0.7, 0.9],
    ]);
    const labels = tensor([0n, 1n]);
    const halves = tensor([
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
    const rows = tensor([
      [0n, 0n, 1n],
      [1n, 0n, 0n],
    ]);
    for (const target of [
      tensor([0n, 3n]),
      tensor([0n, -1n]),
      tensor([0, 1]),
      labels.int(),
      labels.bool(),
      tensor([0n, 1n, 1n]),
      tensor([[0n], [1n]]),
      rows,
      halves,
      tensor(1n),
    ] as Tensor[]) {
      fails(() => F.cross_entropy(x, target));
      fails(() => F.nll_loss(x, target));
    }
    fails(() => F.cross_entropy(x, labels, { weight: ones(2) }));
    fails(() => F.cross_entropy(x, labels, { weight: ones(3, { dtype: torch.float64 }) }));
    fails(() => F.cross_entropy(x, labels, { weight: ones(3, { requires_grad: true }) }));
    fails(() => F.cross_entropy(x, labels, { reduction: "avg" as "mean" })); // a typing mistake
    fails(() => F.cross_entropy(x, labels, { label_smoothing: 2 }));
    fails(() => F.cross_entropy(x, x, { ignore_index: 1 }));
    fails(() => F.cross_entropy(x.long(), labels));
    fails(() => F.nll_loss(tensor(1), tensor(0n)));
    fails(() => F.nll_loss(x.reshape(1, 2, 3), tensor([[0n, 1n]])));
    fails(() => F.binary_cross_entropy(x, tensor([0, 1])));
    fails(() => F.binary_cross_entropy(x.mul(2), x));
    fails(() => F.binary_cross_entropy(x, x.mul(2)));
    fails(() => F.binary_cross_entropy(x.select(0, 0), tensor([1n, 0n, 1n])));
    fails(() => F.binary_cross_entropy(x, x, { weight: ones(2) }));
    fails(() => F.binary_cross_entropy_with_logits(x, tensor([0, 1])));
    fails(() => F.binary_cross_entropy_with_logits(x.select(0, 0), tensor([1n, 0n, 1n])));
    fails(() => F.binary_cross_entropy_with_logits(x.select(0, 0), tensor([true, false, true])));
    fails(() => F.binary_cross_entropy_with_logits(x, x, { pos_weight: ones(2) }));
    const numeric: readonly Loss[] = [F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss];
    for (const loss of numeric) {
      fails(() => loss(x, tensor([1, 2])));
      fails(() => loss(labels, labels));
      fails(() => loss(x, x, { reduction: "avg" as "mean" })); // a typing mistake
    }
    fails(() => F.mse_loss(x, x, { weight: ones(2) }));
    fails(() => F.kl_div(x, x.long(), { reduction: "sum" }));
    fails(() => F.margin_ranking_loss(x, x, tensor(1)));
    fails(() => F.triplet_margin_loss(x, x.select(0, 0), x));
    fails(() => F.multi_margin_loss(x, tensor([0n, 3n])));
    fails(() => F.gaussian_nll_loss(x, x, tensor(-1.5)));
    const [steps, targets] = [
      zeros(5, 2, 3),
      tensor([
        [1n, 2n],
        [1n, 2n],
      ]),
    ];
    for (const [inputs, outputs] of [
      [tensor([6n, 5n]), [2, 2]],
      [
        [-1, 5],
        [2, 2],
      ],
      [
        [5, 5],
        [2, 3],
      ],
      [[5], [2, 2]],
      [[5, 5], [2]],
      [tensor([5, 5]), [2, 2]],
    ] as const)
      fails(() => F.ctc_loss(steps, targets, inputs, outputs));
    fails(() => F.ctc_loss(steps, targets, [5, 5], [2, 2], { blank: 3 }));
    fails(() => F.ctc_loss(steps.long(), targets, [5, 5], [2, 2]));
    fails(() => F.embedding(tensor([0n, 2n]), x));
    fails(() => F.embedding(tensor([0, 1]), x));
    fails(() => F.embedding(labels, x.select(0, 0)));
    fails(() => F.embedding(labels, x, { padding_idx: 2 }));
    fails(() => F.pixel_shuffle(zeros(1, 3, 2, 2), 2));
  },

  "normalisations refuse what does not fit"({ show, fails }) {
    const x = tensor([
      [1, 2, 4],
      [0, 3, 1],
    ]);
    const [two, three, first] = [ones(2), ones(3), x.select(0, 0)];
    const [images, whole] = [x.reshape(1, 2, 3), { dtype: torch.float64 }];
    fails(() => F.layer_norm(x, [4]));
    fails(() => F.layer_norm(x, []));
    fails(() => F.layer_norm(x, [3], two));
    fails(() => F.layer_norm(x, [3], null, two));
    fails(() => F.layer_norm(x, [3], three.double()));
    fails(() => F.layer_norm(x.long(), [3]));
    fails(() => F.rms_norm(x, [4]));
    fails(() => F.rms_norm(x, [3], two));
    fails(() => F.rms_norm(x.long(), [3]));
    show(F.rms_norm(x, [3], three.double()).dtype);
    fails(() => F.group_norm(x, 2));
    fails(() => F.group_norm(first, 1));
    fails(() => F.group_norm(x.narrow(0, 0, 1), 3));
    fails(() => F.group_norm(x, 3, two));
    fails(() => F.group_norm(x, 3, three.double()));
    fails(() => F.group_norm(x.long(), 3));
    fails(() => F.batch_norm(x.narrow(0, 0, 1), null, null, { training: true }));
    fails(() => F.batch_norm(x, null, null));
    fails(() => F.batch_norm(x, three, null));
    fails(() => F.batch_norm(x, two, three));
    fails(() => F.batch_norm(x, null, null, { weight: two, training: true }));
    fails(() => F.batch_norm(x, null, null, { weight: three.double(), training: true }));
    fails(() => F.batch_norm(x.long(), null, null, { training: true }));
    fails(() => F.batch_norm(first, null, null, { training: true }));
    fails(() => F.instance_norm(x));
    fails(() => F.instance_norm(first));
    fails(() => F.instance_norm(images, { use_input_stats: false }));
    fails(() => F.instance_norm(images, { weight: three }));
    fails(() => F.instance_norm(images.long()));
    fails(() => F.local_response_norm(x, 2));
    fails(() => F.local_response_norm(images, 0));
    fails(() => F.softmax(x, 2));
    fails(() => F.softmax(x.long(), 1));
    fails(() => F.softmax(x.gt(0), 1));
    fails(() => (torch.softmax as unknown as (input: Tensor) => Tensor)(x)); // the dimension is forgotten
    show(
      F.softmax(x),
      F.softmax(first),
      F.softmax(x.long(), 1, { dtype: torch.float32 }),
      torch.softmax(x, 1, torch.float64).dtype,
    );
    fails(() => F.gumbel_softmax(x, { dim: 3 }));
    fails(() => F.linear(x, ones(4, 2)));
    fails(() => F.linear(x, ones(4, 3), three));
    fails(() => F.linear(x, ones(4, 3, whole)));
    fails(() => F.linear(tensor(1), ones(3, 3)));
    show(F.linear(x, three));
  },

  "attention refuses what does not fit"({ show, fails }) {
    const [q, mask] = [ones(2, 3, 4), ones(3, 3).bool()];
    const attention = F.scaled_dot_product_attention;
    const vector = q.select(0, 0).select(0, 0);
    fails(() => attention(q, q, q, mask, { is_causal: true } as never)); // both by name and by position
    fails(() => attention(q, q, q, mask.long()));
    fails(() => attention(q, q, q, mask.double()));
    fails(() => attention(q, q, q, ones(2, 2).bool()));
    fails(() => attention(vector, vector, vector));
    fails(() => attention(q, q.double(), q));
    fails(() => attention(q.long(), q.long(), q.long()));
    fails(() => attention(q, q.narrow(2, 0, 3), q));
    fails(() => attention(q, q, q.narrow(1, 0, 2)));
    fails(() => attention(ones(3, 3, 4), q, q));
    fails(() => attention(ones(1, 4, 3, 4), ones(1, 3, 3, 4), ones(1, 3, 3, 4), { enable_gqa: true }));
    fails(() => attention(q, q, q, { dropout_p: 1.5 }));
    for (const result of [
      attention(q, q.narrow(0, 0, 1), q),
      attention(ones(4, 3, 4), q, q, { enable_gqa: true }),
    ])
      show(`[${result.shape.join(", ")}]`);
  },

  "bags refuse what does not fit"({ show, fails }) {
    const [weight, indices, offsets] = [ones(4, 3), tensor([0n, 1n, 3n, 3n]), tensor([0n, 2n])];
    const row = indices.unsqueeze(0);
    fails(() => F.embedding_bag(indices.float(), weight, offsets));
    fails(() => F.embedding_bag(indices, weight));
    fails(() => F.embedding_bag(indices, weight, offsets.unsqueeze(0)));
    fails(() => F.embedding_bag(row, weight, offsets));
    fails(() => F.embedding_bag(row.unsqueeze(0), weight, offsets));
    fails(() => F.embedding_bag(indices, weight, offsets, { mode: "abc" as "sum" })); // a typing mistake
    fails(() => F.embedding_bag(indices, weight.select(0, 0), offsets));
    fails(() => F.embedding_bag(indices, weight, offsets, { per_sample_weights: ones(4) }));
    fails(() => F.embedding_bag(indices, weight, offsets, { per_sample_weights: ones(2), mode: "sum" }));
    const doubles = ones(4, { dtype: torch.float64 });
    fails(() => F.embedding_bag(indices, weight, offsets, { per_sample_weights: doubles, mode: "sum" }));
    for (const wrong of [tensor([1n, 2n]), tensor([0n, 5n])])
      fails(() => F.embedding_bag(indices, weight, wrong));
    fails(() => F.embedding_bag(tensor([0n, 4n]), weight, offsets.narrow(0, 0, 1)));
    fails(() => F.embedding_bag(tensor([0n, -1n]), weight, offsets.narrow(0, 0, 1)));
    fails(() => F.embedding_bag(indices, weight, offsets, { padding_idx: 4 }));
    fails(() => F.embedding_bag(indices, weight, offsets, { mode: "max", scale_grad_by_freq: true }));
    fails(() => F.embedding_bag(indices, weight.long(), offsets));
    const rows = torch.arange(12).float().reshape(4, 3).cos();
    for (const mode of [0, 1, 2])
      show(
        ...torch.embedding_bag(rows, indices, offsets, false, mode),
        ...torch.embedding_bag(rows, indices, offsets, false, mode, false, null, false, 3),
      );
    const ends = tensor([0n, 1n, 4n]);
    show(...torch.embedding_bag(rows, indices, ends, false, 1, false, null, true));
    const table = torch.arange(12).float().reshape(4, 3).div(4).requires_grad_();
    show(F.embedding_bag(indices, table, offsets, { max_norm: 1, mode: "sum" }), table);
  },

  "modules of losses"({ show }) {
    const { nn } = torch;
    const x = tensor([
      [0.2, 0.5, 0.3],
      [0.1, 0.7, 0.9],
    ]);
    const y = tensor([
      [0.5, 0.1, 1],
      [0, 0.4, 0.2],
    ]);
    const [labels, weight, signs] = [tensor([2n, 0n]), tensor([0.5, 1, 2]), tensor([1, -1])];
    for (const loss of [
      new nn.CrossEntropyLoss(weight),
      new nn.CrossEntropyLoss({ label_smoothing: 0.1 }),
      new nn.NLLLoss(weight, { reduction: "sum" }),
      new nn.MultiMarginLoss(2, 0.5),
    ])
      show(loss, loss.forward(x, labels), ...[...loss.named_buffers()].map(([name]) => name));
    for (const loss of [
      new nn.MSELoss(),
      new nn.L1Loss({ reduction: "none" }),
      new nn.SmoothL1Loss({ beta: 0.5 }),
      new nn.HuberLoss("sum", 0.3),
      new nn.BCELoss(weight),
      new nn.BCEWithLogitsLoss({ pos_weight: weight }),
      new nn.SoftMarginLoss(),
      new nn.MultiLabelSoftMarginLoss(weight),
      new nn.KLDivLoss({ reduction: "batchmean" }),
      new nn.PoissonNLLLoss(false),
      new nn.MSELoss(false),
      new nn.HingeEmbeddingLoss(0.5),
      new nn.CosineSimilarity(),
      new nn.PairwiseDistance(1, { keepdim: true }),
    ])
      show(loss, loss.forward(x, y));
    const lists = tensor([
      [0n, -1n, 1n],
      [1n, 2n, -1n],
    ]);
    show(new nn.GaussianNLLLoss({ full: true })(x, y, y.add(1)), new nn.MultiLabelMarginLoss()(x, lists));
    show(
      new nn.CosineEmbeddingLoss(0.5)(x, y, signs),
      new nn.MarginRankingLoss(0.5, { reduction: "none" })(x, y, signs.unsqueeze(1)),
    );
    show(
      new nn.TripletMarginLoss(2, 1)(x, y, x.add(1)),
      new nn.TripletMarginWithDistanceLoss({ margin: 3 })(x, y, x.add(1)),
      new nn.TripletMarginWithDistanceLoss(),
    );
    show(new nn.CTCLoss(1, "sum")(zeros(3, 1, 2), tensor([[0n]]), [3], [1]));
    const pixels = torch.arange(8).float().reshape(1, 4, 1, 2);
    for (const module of [new nn.PixelShuffle(2), new nn.ChannelShuffle(2), new nn.LocalResponseNorm(2)])
      show(module, module.forward(pixels));
    const bags = new nn.EmbeddingBag(3, 2, { max_norm: 1, mode: "sum", padding_idx: 1 });
    show(bags, bags.weight, bags(tensor([0n, 2n, 1n]), tensor([0n, 2n])), new nn.EmbeddingBag(3, 2));
    show(new nn.PixelUnshuffle(2), new nn.PixelUnshuffle(2)(new nn.PixelShuffle(2)(pixels)));
  },
};
