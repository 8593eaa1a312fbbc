"""Programs about losses, normalisations, attention and modules."""

import torch
import torch.nn.functional as F

from .page import fails, name_of, show


def classes_as_rows():
    labels = torch.tensor([2, 0, 1])
    show(F.one_hot(labels), F.one_hot(labels, 4).dtype, F.one_hot(labels.reshape(3, 1), num_classes=4))
    show(F.one_hot(torch.tensor(1)), F.one_hot(torch.zeros(0, dtype=torch.int64), 3).shape)
    fails(lambda: F.one_hot(torch.tensor([0, 3]), 3))
    fails(lambda: F.one_hot(torch.tensor([0, -1])))
    fails(lambda: F.one_hot(torch.tensor([0.0, 1.0])))
    fails(lambda: F.one_hot(torch.tensor([], dtype=torch.int64)))


def choices_at_random():
    logits = torch.arange(20.0).reshape(4, 5).cos().requires_grad_()
    show(F.gumbel_softmax(logits), F.gumbel_softmax(logits, tau=0.5, hard=True), F.gumbel_softmax(logits.T, 2.0, False, 1e-10, 0))
    (F.gumbel_softmax(logits, hard=True) * torch.arange(5.0)).sum().backward()
    show(logits.grad)


def heads_drop_weights_at_random():
    x = torch.arange(12.0).reshape(3, 2, 2).sin()
    weight, out = torch.arange(12.0).reshape(6, 2).cos(), torch.eye(2)
    show(*F.multi_head_attention_forward(x, x, x, 2, 2, weight, None, None, None, False, 0.5, out, None))
    show(F.scaled_dot_product_attention(x, x, x, dropout_p=0.5), F.scaled_dot_product_attention(x, x, x, is_causal=True, dropout_p=0.3))


def names_of_losses():
    x = torch.tensor([[0.2, 0.5, 0.3], [0.1, 0.7, 0.9]], requires_grad=True)
    y, labels = torch.tensor([[0.5, 0.1, 1.0], [0.0, 0.4, 0.2]]), torch.tensor([2, 0])
    for loss in (F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss, F.binary_cross_entropy, F.binary_cross_entropy_with_logits, F.soft_margin_loss):
        show(loss(x, y), name_of(loss(x, y, reduction="none").grad_fn))
    for loss in (F.cross_entropy, F.nll_loss, F.multi_margin_loss):
        show(loss(x, labels), loss(x, labels, reduction="none"))
    show(F.cross_entropy(x.reshape(1, 3, 2), labels.reshape(1, 2)), F.cross_entropy(x, y, reduction="sum"), F.kl_div(x, y, reduction="batchmean"))
    show(F.multilabel_margin_loss(x, torch.tensor([[0, -1, 1], [1, 2, -1]])), F.poisson_nll_loss(x, y), F.gaussian_nll_loss(x, y, y + 1))
    show(F.ctc_loss(torch.zeros(3, 1, 2, requires_grad=True).log_softmax(2), torch.tensor([[1]]), (3,), (1,)))


def names_of_normalisations():
    x = torch.tensor([[[1.0, 2.0, 4.0], [0.0, 3.0, 1.0]]], requires_grad=True)
    show(F.layer_norm(x, [3]), F.group_norm(x, 2), F.instance_norm(x), F.rms_norm(x, [3]))
    show(F.batch_norm(x, None, None, training=True), F.local_response_norm(x, 2))
    show(F.softmax(x, 1), F.log_softmax(x, -1, dtype=torch.float64), F.pixel_shuffle(x.reshape(1, 6, 1, 1)[:, :4], 2))
    show(torch.channel_shuffle(x.reshape(1, 2, 3, 1), 2), *torch.native_group_norm(x, None, None, 1, 2, 3, 1, 0.5))
    show(*torch.native_layer_norm(x, [3], None, None, 0.5), *torch.native_batch_norm(x, None, None, None, None, True, 0.1, 0.5))


def losses_as_functions_of_torch():
    x, y = torch.tensor([0.5, -1.0, 2.0]), torch.tensor([1.0, -1.0, 1.0])
    rows = torch.tensor([[1.0, 2.0], [0.5, -1.0]])
    for reduction in (0, 1, 2):
        show(torch.kl_div(x, y.abs(), reduction), torch.hinge_embedding_loss(x, y, 1.5, reduction))
        show(torch.margin_ranking_loss(x, x.flip(0), y, 0.5, reduction), torch.poisson_nll_loss(x, y.abs(), True, True, 1e-8, reduction))
        show(torch.binary_cross_entropy_with_logits(x, y.abs(), None, None, reduction))
        show(torch.cosine_embedding_loss(rows, rows.flip(0), y[:2], 0.1, reduction))
        show(torch.triplet_margin_loss(rows, rows.flip(0), rows * 2, 1.0, 2.0, 1e-6, False, reduction))
        show(torch.ctc_loss(torch.zeros(3, 1, 2), torch.tensor([[1]]), (3,), (1,), 0, reduction))


def losses_refuse_what_does_not_fit():
    x, labels = torch.tensor([[0.2, 0.5, 0.3], [0.1, 0.7, 0.9]]), torch.tensor([0, 1])
    for target in (torch.tensor([0, 3]), torch.tensor([0, -1]), torch.tensor([0.0, 1.0]), labels.int(), labels.bool(), torch.tensor([0, 1, 1]),
                   torch.tensor([[0], [1]]), torch.tensor([[0, 0, 1], [1, 0, 0]]), torch.tensor([[0.5, 0.5], [0.5, 0.5]]), torch.tensor(1)):
        fails(lambda: F.cross_entropy(x, target))
        fails(lambda: F.nll_loss(x, target))
    fails(lambda: F.cross_entropy(x, labels, weight=torch.ones(2)))
    fails(lambda: F.cross_entropy(x, labels, weight=torch.ones(3, dtype=torch.float64)))
    fails(lambda: F.cross_entropy(x, labels, weight=torch.ones(3, requires_grad=True)))
    fails(lambda: F.cross_entropy(x, labels, reduction="avg"))
    fails(lambda: F.cross_entropy(x, labels, label_smoothing=2))
    fails(lambda: F.cross_entropy(x, x, ignore_index=1))
    fails(lambda: F.cross_entropy(x.long(), labels))
    fails(lambda: F.nll_loss(torch.tensor(1.0), torch.tensor(0)))
    fails(lambda: F.nll_loss(x.reshape(1, 2, 3), torch.tensor([[0, 1]])))
    fails(lambda: F.binary_cross_entropy(x, torch.tensor([0.0, 1.0])))
    fails(lambda: F.binary_cross_entropy(x * 2, x))
    fails(lambda: F.binary_cross_entropy(x, x * 2))
    fails(lambda: F.binary_cross_entropy(x[0], torch.tensor([1, 0, 1])))
    fails(lambda: F.binary_cross_entropy(x, x, weight=torch.ones(2)))
    fails(lambda: F.binary_cross_entropy_with_logits(x, torch.tensor([0.0, 1.0])))
    fails(lambda: F.binary_cross_entropy_with_logits(x[0], torch.tensor([1, 0, 1])))
    fails(lambda: F.binary_cross_entropy_with_logits(x[0], torch.tensor([True, False, True])))
    fails(lambda: F.binary_cross_entropy_with_logits(x, x, pos_weight=torch.ones(2)))
    for loss in (F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss):
        fails(lambda: loss(x, torch.tensor([1.0, 2.0])))
        fails(lambda: loss(labels, labels))
        fails(lambda: loss(x, x, reduction="avg"))
    fails(lambda: F.mse_loss(x, x, weight=torch.ones(2)))
    fails(lambda: F.kl_div(x, x.long(), reduction="sum"))
    fails(lambda: F.margin_ranking_loss(x, x, torch.tensor(1.0)))
    fails(lambda: F.triplet_margin_loss(x, x[0], x))
    fails(lambda: F.multi_margin_loss(x, torch.tensor([0, 3])))
    fails(lambda: F.gaussian_nll_loss(x, x, torch.tensor(-1.5)))
    log_probs, targets = torch.zeros(5, 2, 3), torch.tensor([[1, 2], [1, 2]])
    for lengths in (((6, 5), (2, 2)), ((-1, 5), (2, 2)), ((5, 5), (2, 3)), ((5,), (2, 2)), ((5, 5), (2,)), (torch.tensor([5.0, 5.0]), (2, 2))):
        fails(lambda: F.ctc_loss(log_probs, targets, torch.as_tensor(lengths[0]), torch.as_tensor(lengths[1])))
    fails(lambda: F.ctc_loss(log_probs, targets, (5, 5), (2, 2), blank=3))
    fails(lambda: F.ctc_loss(log_probs.long(), targets, (5, 5), (2, 2)))
    fails(lambda: F.embedding(torch.tensor([0, 2]), x))
    fails(lambda: F.embedding(torch.tensor([0.0, 1.0]), x))
    fails(lambda: F.embedding(labels, x[0]))
    fails(lambda: F.embedding(labels, x, padding_idx=2))
    fails(lambda: F.pixel_shuffle(torch.zeros(1, 3, 2, 2), 2))


def normalisations_refuse_what_does_not_fit():
    x, two, three = torch.tensor([[1.0, 2.0, 4.0], [0.0, 3.0, 1.0]]), torch.ones(2), torch.ones(3)
    fails(lambda: F.layer_norm(x, [4]))
    fails(lambda: F.layer_norm(x, []))
    fails(lambda: F.layer_norm(x, [3], two))
    fails(lambda: F.layer_norm(x, [3], None, two))
    fails(lambda: F.layer_norm(x, [3], three.double()))
    fails(lambda: F.layer_norm(x.long(), [3]))
    fails(lambda: F.rms_norm(x, [4]))
    fails(lambda: F.rms_norm(x, [3], two))
    fails(lambda: F.rms_norm(x.long(), [3]))
    show(F.rms_norm(x, [3], three.double()).dtype)
    fails(lambda: F.group_norm(x, 2))
    fails(lambda: F.group_norm(x[0], 1))
    fails(lambda: F.group_norm(x[:1], 3))
    fails(lambda: F.group_norm(x, 3, two))
    fails(lambda: F.group_norm(x, 3, three.double()))
    fails(lambda: F.group_norm(x.long(), 3))
    fails(lambda: F.batch_norm(x[:1], None, None, training=True))
    fails(lambda: F.batch_norm(x, None, None))
    fails(lambda: F.batch_norm(x, three, None))
    fails(lambda: F.batch_norm(x, two, three))
    fails(lambda: F.batch_norm(x, None, None, two, training=True))
    fails(lambda: F.batch_norm(x, None, None, three.double(), training=True))
    fails(lambda: F.batch_norm(x.long(), None, None, training=True))
    fails(lambda: F.batch_norm(x[0], None, None, training=True))
    fails(lambda: F.instance_norm(x))
    fails(lambda: F.instance_norm(x[0]))
    fails(lambda: F.instance_norm(x.reshape(1, 2, 3), use_input_stats=False))
    fails(lambda: F.instance_norm(x.reshape(1, 2, 3), weight=three))
    fails(lambda: F.instance_norm(x.reshape(1, 2, 3).long()))
    fails(lambda: F.local_response_norm(x, 2))
    fails(lambda: F.local_response_norm(x.reshape(1, 2, 3), 0))
    fails(lambda: F.softmax(x, 2))
    fails(lambda: F.softmax(x.long(), 1))
    fails(lambda: F.softmax(x > 0, 1))
    fails(lambda: torch.softmax(x))
    show(F.softmax(x), F.softmax(x[0]), F.softmax(x.long(), 1, dtype=torch.float32), torch.softmax(x, 1, torch.float64).dtype)
    fails(lambda: F.gumbel_softmax(x, dim=3))
    fails(lambda: F.linear(x, torch.ones(4, 2)))
    fails(lambda: F.linear(x, torch.ones(4, 3), three))
    fails(lambda: F.linear(x, torch.ones(4, 3).double()))
    fails(lambda: F.linear(torch.tensor(1.0), torch.ones(3, 3)))
    show(F.linear(x, three))


def attention_refuses_what_does_not_fit():
    q, mask = torch.ones(2, 3, 4), torch.ones(3, 3).bool()
    attention = F.scaled_dot_product_attention
    fails(lambda: attention(q, q, q, mask, is_causal=True))
    fails(lambda: attention(q, q, q, mask.long()))
    fails(lambda: attention(q, q, q, mask.double()))
    fails(lambda: attention(q, q, q, torch.ones(2, 2).bool()))
    fails(lambda: attention(q[0, 0], q[0, 0], q[0, 0]))
    fails(lambda: attention(q, q.double(), q))
    fails(lambda: attention(q.long(), q.long(), q.long()))
    fails(lambda: attention(q, q[:, :, :3], q))
    fails(lambda: attention(q, q, q[:, :2]))
    fails(lambda: attention(torch.ones(3, 3, 4), q, q))
    fails(lambda: attention(torch.ones(1, 4, 3, 4), torch.ones(1, 3, 3, 4), torch.ones(1, 3, 3, 4), enable_gqa=True))
    fails(lambda: attention(q, q, q, dropout_p=1.5))
    for result in (attention(q, q[:1], q), attention(torch.ones(4, 3, 4), q, q, enable_gqa=True)):
        show(list(result.shape))


def bags_refuse_what_does_not_fit():
    weight, indices, offsets = torch.ones(4, 3), torch.tensor([0, 1, 3, 3]), torch.tensor([0, 2])
    fails(lambda: F.embedding_bag(indices.float(), weight, offsets))
    fails(lambda: F.embedding_bag(indices, weight))
    fails(lambda: F.embedding_bag(indices, weight, offsets[None]))
    fails(lambda: F.embedding_bag(indices[None], weight, offsets))
    fails(lambda: F.embedding_bag(indices[None, None], weight, offsets))
    fails(lambda: F.embedding_bag(indices, weight, offsets, mode="abc"))
    fails(lambda: F.embedding_bag(indices, weight[0], offsets))
    fails(lambda: F.embedding_bag(indices, weight, offsets, per_sample_weights=torch.ones(4)))
    fails(lambda: F.embedding_bag(indices, weight, offsets, per_sample_weights=torch.ones(2), mode="sum"))
    fails(lambda: F.embedding_bag(indices, weight, offsets, per_sample_weights=torch.ones(4).double(), mode="sum"))
    fails(lambda: F.embedding_bag(indices, weight, torch.tensor([1, 2])))
    fails(lambda: F.embedding_bag(indices, weight, torch.tensor([0, 5])))
    fails(lambda: F.embedding_bag(torch.tensor([0, 4]), weight, offsets[:1]))
    fails(lambda: F.embedding_bag(torch.tensor([0, -1]), weight, offsets[:1]))
    fails(lambda: F.embedding_bag(indices, weight, offsets, padding_idx=4))
    fails(lambda: F.embedding_bag(indices, weight, offsets, mode="max", scale_grad_by_freq=True))
    fails(lambda: F.embedding_bag(indices, weight.long(), offsets))
    rows = torch.arange(12.0).reshape(4, 3).cos()
    for mode in (0, 1, 2):
        show(*torch.embedding_bag(rows, indices, offsets, False, mode), *torch.embedding_bag(rows, indices, offsets, False, mode, False, None, False, 3))
    show(*torch.embedding_bag(rows, indices, torch.tensor([0, 1, 4]), False, 1, False, None, True))
    table = (torch.arange(12.0).reshape(4, 3) / 4).requires_grad_()
    show(F.embedding_bag(indices, table, offsets, max_norm=1.0, mode="sum"), table)


def modules_of_losses():
    nn = torch.nn
    x, y = torch.tensor([[0.2, 0.5, 0.3], [0.1, 0.7, 0.9]]), torch.tensor([[0.5, 0.1, 1.0], [0.0, 0.4, 0.2]])
    labels, weight, signs = torch.tensor([2, 0]), torch.tensor([0.5, 1.0, 2.0]), torch.tensor([1.0, -1.0])
    for loss in (nn.CrossEntropyLoss(weight), nn.CrossEntropyLoss(label_smoothing=0.1), nn.NLLLoss(weight, reduction="sum"), nn.MultiMarginLoss(2, 0.5)):
        show(loss, loss(x, labels), *[name for name, _ in loss.named_buffers()])
    for loss in (nn.MSELoss(), nn.L1Loss(reduction="none"), nn.SmoothL1Loss(beta=0.5), nn.HuberLoss("sum", 0.3), nn.BCELoss(weight), nn.BCEWithLogitsLoss(pos_weight=weight),
                 nn.SoftMarginLoss(), nn.MultiLabelSoftMarginLoss(weight), nn.KLDivLoss(reduction="batchmean"), nn.PoissonNLLLoss(False), nn.MSELoss(False),
                 nn.HingeEmbeddingLoss(0.5), nn.CosineSimilarity(), nn.PairwiseDistance(1.0, keepdim=True)):
        show(loss, loss(x, y))
    show(nn.GaussianNLLLoss(full=True)(x, y, y + 1), nn.MultiLabelMarginLoss()(x, torch.tensor([[0, -1, 1], [1, 2, -1]])))
    show(nn.CosineEmbeddingLoss(0.5)(x, y, signs), nn.MarginRankingLoss(0.5, reduction="none")(x, y, signs[:, None]))
    show(nn.TripletMarginLoss(2.0, 1)(x, y, x + 1), nn.TripletMarginWithDistanceLoss(margin=3.0)(x, y, x + 1), nn.TripletMarginWithDistanceLoss())
    show(nn.CTCLoss(1, "sum")(torch.zeros(3, 1, 2), torch.tensor([[0]]), (3,), (1,)))
    pixels = torch.arange(8.0).reshape(1, 4, 1, 2)
    for module in (nn.PixelShuffle(2), nn.ChannelShuffle(2), nn.LocalResponseNorm(2)):
        show(module, module(pixels))
    bags = nn.EmbeddingBag(3, 2, max_norm=1, mode="sum", padding_idx=1)
    show(bags, bags.weight, bags(torch.tensor([0, 2, 1]), torch.tensor([0, 2])), nn.EmbeddingBag(3, 2))
    show(nn.PixelUnshuffle(2), nn.PixelUnshuffle(2)(nn.PixelShuffle(2)(pixels)))


def modules_print_themselves():
    show(torch.nn.Linear(2, 3))
    show(torch.nn.Linear(2, 3, bias=False))
    show(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Sequential(torch.nn.Linear(3, 1))))
    show(torch.nn.MSELoss(), torch.nn.CrossEntropyLoss())
    show(torch.nn.Parameter(torch.tensor([1.0, 2.0])))


def names_of_parameters():
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
    show(*[name for name, _ in model.named_parameters()])
    show(*[name for name, _ in model.named_modules() if name])
    show(*[parameter.numel() for parameter in model.parameters()], model.training, model.eval().training)


def norms_of_windows():
    x = torch.arange(1.0, 19.0).reshape(1, 2, 3, 3).requires_grad_()
    show(F.lp_pool2d(x, 2, 2, stride=1), F.lp_pool2d(-x, 3, [2, 1], ceil_mode=True), F.lp_pool2d(x, float("inf"), 2))
    F.lp_pool2d(x, 3, 2).sum().backward()
    show(x.grad)
    show(F.lp_pool1d(x[0, 0], 1, 2, 1), F.lp_pool1d(x[0], 2, 3), F.lp_pool1d(x[0], -float("inf"), 2))
    show(F.lp_pool3d(x, 2, [2, 3, 3]), F.lp_pool3d(x, 4, 2, 1))
