import torch, { F } from "../../../runtime/index.ts";
import type { Program } from "./page.ts";

/** Functions of images that OpInfo has no samples of. */
export const images: Readonly<Record<string, Program>> = {
  "norms of windows"({ show }) {
    const x = torch.arange(1, 19).float().reshape(1, 2, 3, 3).requires_grad_();
    show(
      F.lp_pool2d(x, 2, 2, { stride: 1 }),
      F.lp_pool2d(x.neg(), 3, [2, 1], { ceil_mode: true }),
      F.lp_pool2d(x, Infinity, 2),
    );
    F.lp_pool2d(x, 3, 2).sum().backward();
    show(x.grad);
    show(
      F.lp_pool1d(x.index(0, 0), 1, 2, 1),
      F.lp_pool1d(x.index(0), 2, 3),
      F.lp_pool1d(x.index(0), -Infinity, 2),
    );
    show(F.lp_pool3d(x, 2, [2, 3, 3]), F.lp_pool3d(x, 4, 2, 1));
  },

  "images from blocks"({ show, fails }) {
    const x = torch.arange(16).float().reshape(1, 1, 4, 4).requires_grad_();
    const blocks = F.unfold(x, 2, { stride: 2 });
    show(blocks, F.fold(blocks, 4, 2, { stride: 2 }));
    const around = { padding: 1, dilation: [1, 2] };
    const shared = F.fold(F.unfold(x.index(0), [2, 3], around), [4, 4], [2, 3], around);
    show(shared);
    shared.mul(shared).sum().backward();
    show(x.grad);
    fails(() => F.fold(blocks, 4, 3));
    fails(() => F.fold(blocks, 5, 2));
    fails(() => F.fold(blocks.long(), 4, 2, { stride: 2 }));
  },

  "dropout of channels"({ show, fails }) {
    const x = torch.ones(3, 4, 2);
    const first = x.index(0);
    show(F.dropout1d(x), F.dropout1d(first, 0.3), F.dropout1d(first, { training: false }));
    show(torch.feature_dropout(x, 0.5, true), torch.feature_dropout_(x.clone(), 0.5, true));
    show(
      torch.dropout(x, 0.5, true),
      torch.dropout_(x.clone(), 0.5, true),
      torch.alpha_dropout_(x.clone(), 0.5, true),
    );
    show(torch.feature_alpha_dropout_(x.clone(), 0.5, true), torch.alpha_dropout(x, 0.5, false));
    show(...torch.native_dropout(x, 0.5, true), ...torch.native_dropout(x, 0.5, false));
    const changed = torch.ones(2, 4, 2);
    show(F.dropout1d(changed, 0.5, { inplace: true }), changed);
    show(F.alpha_dropout(changed, 0.5, true, true), changed);
    fails(() => F.dropout1d(torch.ones(3)));
    fails(() => torch.feature_dropout(torch.ones(3), 0.5, true));
    fails(() => torch.dropout(x, 1.5, true));
    fails(() => F.dropout2d(torch.ones(2, 3, 4).long()));
  },

  "images in another size"({ show, fails }) {
    const x = torch.arange(6).float().reshape(1, 1, 2, 3);
    show(F.upsample(x, 3), F.upsample(x, [3, 4], { mode: "bilinear", align_corners: true }));
    show(
      F.interpolate(x, { scale_factor: 2.5 }),
      F.interpolate(x, [2, 2], { mode: "bicubic", antialias: true }),
    );
    fails(() => F.interpolate(x));
    fails(() => F.interpolate(x, 3, 2));
    fails(() => F.interpolate(x, 3, { mode: "linear" }));
    fails(() => F.interpolate(x, [1, 2, 3]));
    fails(() => F.interpolate(x, 0));
    fails(() => F.interpolate(x, 3, { align_corners: true }));
    fails(() => F.interpolate(x.long(), 3));
    fails(() => F.pad(x, [3, 0, 0, 0], "reflect"));
    fails(() => F.pad(x, [1]));
    fails(() => F.pad(x, [1, 1], "mirror" as "reflect")); // no such mode, on purpose
  },

  "points of a grid"({ show, fails }) {
    const rows = [
      [
        [1, 0.5, 0],
        [-0.5, 1, 0.25],
      ],
    ];
    const theta = torch.tensor(rows, { requires_grad: true });
    const grid = F.affine_grid(theta, [1, 1, 2, 3], { align_corners: false });
    show(grid, torch.affine_grid_generator(theta.detach(), [1, 1, 3, 1], true));
    const x = torch.arange(12).float().reshape(1, 1, 3, 4);
    const sampled = torch.grid_sampler(x, grid, 0, 1, true);
    sampled.sum().backward();
    show(sampled.detach(), theta.grad);
    const turned = torch.eye(3, 4).unsqueeze(0).roll(1, 1);
    const volume = F.affine_grid(turned, [1, 1, 2, 1, 2]);
    show(volume, torch.grid_sampler(x.unsqueeze(0), volume, 1, 2, false));
    fails(() => F.affine_grid(theta, [1, 1, 2]));
    fails(() => F.affine_grid(theta, [1, 1, 2, 2, 2]));
    fails(() => F.affine_grid(theta, [1, 1, 0, 2]));
    fails(() => F.affine_grid(theta.long(), [1, 1, 2, 2]));
    fails(() => F.grid_sample(x, grid, "cubic" as "bicubic")); // no such mode, on purpose
    fails(() => F.grid_sample(x, grid, "nearest", "mirror" as "border")); // no such padding, on purpose
    fails(() => F.grid_sample(x.index(0), grid));
    fails(() => F.grid_sample(x.double(), grid));
    fails(() => F.grid_sample(x.long(), grid));
    fails(() => F.grid_sample(x, turned.unsqueeze(0)));
  },

  "positions beside values"({ show }) {
    const x = torch.tensor([[[1, 3, 2, 5, 4, 0]]]);
    const [image, volume] = [x.reshape(1, 1, 2, 3), x.reshape(1, 1, 1, 2, 3)];
    show(
      ...F.max_pool1d_with_indices(x, 2),
      ...torch.max_pool1d_with_indices(x, 3, 1),
      ...F.max_pool2d_with_indices(image, 2, 1),
    );
    show(
      ...F.max_pool3d_with_indices(volume, [1, 2, 2], [1, 1, 1]),
      ...F.adaptive_max_pool3d_with_indices(volume, 1),
    );
    show(
      ...torch.adaptive_max_pool1d(x, 2),
      ...F.adaptive_max_pool1d_with_indices(x, 3),
      ...F.adaptive_max_pool2d_with_indices(image, [1, null]),
    );
    show(...F.fractional_max_pool2d_with_indices(image, [1, 2], { output_size: 2 }));
    const deep = x.reshape(1, 1, 3, 2, 1).expand(1, 1, 3, 2, 2);
    show(...F.fractional_max_pool3d_with_indices(deep, 1, { output_size: 1 }));
  },

  "convolutions of other forms"({ show, fails }) {
    const x = torch.arange(12).float().reshape(3, 2, 2).requires_grad_();
    const weight = torch.arange(8).float().reshape(2, 2, 2).requires_grad_();
    const y = torch.conv_tbc(x, weight, torch.ones(2), 1);
    y.sum().backward();
    show(y.detach(), x.grad, weight.grad);
    const [input, kernel] = [x.detach(), weight.detach()];
    show(torch.convolution(input, kernel, null, [1], [1], [1], false, [0], 1));
    show(torch.convolution(input, kernel, torch.ones(2), [2], [0], [1], true, [1], 1));
    fails(() => torch.conv_tbc(x, weight.index(":, :1"), torch.ones(2)));
    fails(() => torch.conv_tbc(x.index(0), weight, torch.ones(2)));
  },
};
