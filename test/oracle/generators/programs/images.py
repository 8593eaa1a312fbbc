"""Programs about images and volumes."""

import torch
import torch.nn.functional as F

from .page import fails, show


def images_from_blocks():
    x = torch.arange(16.0).reshape(1, 1, 4, 4).requires_grad_()
    blocks = F.unfold(x, 2, stride=2)
    show(blocks, F.fold(blocks, 4, 2, stride=2))
    shared = F.fold(F.unfold(x[0], [2, 3], padding=1, dilation=[1, 2]), [4, 4], [2, 3], padding=1, dilation=[1, 2])
    show(shared)
    (shared * shared).sum().backward()
    show(x.grad)
    fails(lambda: F.fold(blocks, 4, 3))
    fails(lambda: F.fold(blocks, 5, 2))
    fails(lambda: F.fold(blocks.long(), 4, 2, stride=2))


def dropout_of_channels():
    x = torch.ones(3, 4, 2)
    show(F.dropout1d(x), F.dropout1d(x[0], 0.3), F.dropout1d(x[0], training=False))
    show(torch.feature_dropout(x, 0.5, True), torch.feature_dropout_(x.clone(), 0.5, True))
    show(torch.dropout(x, 0.5, True), torch.dropout_(x.clone(), 0.5, True), torch.alpha_dropout_(x.clone(), 0.5, True))
    show(torch.feature_alpha_dropout_(x.clone(), 0.5, True), torch.alpha_dropout(x, 0.5, False))
    show(*torch.native_dropout(x, 0.5, True), *torch.native_dropout(x, 0.5, False))
    changed = torch.ones(2, 4, 2)
    show(F.dropout1d(changed, 0.5, inplace=True), changed)
    show(F.alpha_dropout(changed, 0.5, True, True), changed)
    fails(lambda: F.dropout1d(torch.ones(3)))
    fails(lambda: torch.feature_dropout(torch.ones(3), 0.5, True))
    fails(lambda: torch.dropout(x, 1.5, True))
    fails(lambda: F.dropout2d(torch.ones(2, 3, 4, dtype=torch.int64)))


def images_in_another_size():
    x = torch.arange(6.0).reshape(1, 1, 2, 3)
    show(F.upsample(x, 3), F.upsample(x, [3, 4], mode="bilinear", align_corners=True))
    show(F.interpolate(x, scale_factor=2.5), F.interpolate(x, [2, 2], mode="bicubic", antialias=True))
    fails(lambda: F.interpolate(x))
    fails(lambda: F.interpolate(x, 3, 2))
    fails(lambda: F.interpolate(x, 3, mode="linear"))
    fails(lambda: F.interpolate(x, [1, 2, 3]))
    fails(lambda: F.interpolate(x, 0))
    fails(lambda: F.interpolate(x, 3, align_corners=True))
    fails(lambda: F.interpolate(x.long(), 3))
    fails(lambda: F.pad(x, [3, 0, 0, 0], "reflect"))
    fails(lambda: F.pad(x, [1]))
    fails(lambda: F.pad(x, [1, 1], "mirror"))


def points_of_a_grid():
    theta = torch.tensor([[[1.0, 0.5, 0.0], [-0.5, 1.0, 0.25]]], requires_grad=True)
    grid = F.affine_grid(theta, [1, 1, 2, 3], align_corners=False)
    show(grid, torch.affine_grid_generator(theta.detach(), [1, 1, 3, 1], True))
    x = torch.arange(12.0).reshape(1, 1, 3, 4)
    sampled = torch.grid_sampler(x, grid, 0, 1, True)
    sampled.sum().backward()
    show(sampled.detach(), theta.grad)
    turned = torch.eye(3, 4)[None].roll(1, 1)
    show(F.affine_grid(turned, [1, 1, 2, 1, 2]), torch.grid_sampler(x[None], F.affine_grid(turned, [1, 1, 2, 1, 2]), 1, 2, False))
    fails(lambda: F.affine_grid(theta, [1, 1, 2]))
    fails(lambda: F.affine_grid(theta, [1, 1, 2, 2, 2]))
    fails(lambda: F.affine_grid(theta, [1, 1, 0, 2]))
    fails(lambda: F.affine_grid(theta.long(), [1, 1, 2, 2]))
    fails(lambda: F.grid_sample(x, grid, "cubic"))
    fails(lambda: F.grid_sample(x, grid, "nearest", "mirror"))
    fails(lambda: F.grid_sample(x[0], grid))
    fails(lambda: F.grid_sample(x.double(), grid))
    fails(lambda: F.grid_sample(x.long(), grid))
    fails(lambda: F.grid_sample(x, turned[None]))
