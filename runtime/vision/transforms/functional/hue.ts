/** Colours as hue, saturation and value, and back. Source: `_rgb_to_hsv` and `_hsv_to_rgb` of torchvision, which follow Pillow's `Convert.c`. */
import { tensor } from "../../../create.ts";
import { stack } from "../../../ops/functions.ts";
import { int64 } from "../../../dtype.ts";
import type { Tensor } from "../../../tensor.ts";

type Three = readonly [Tensor, Tensor, Tensor];

/** The three channels of images `[…, 3, H, W]`. */
function channelsOf(image: Tensor): Three {
  return image.unbind(-3) as unknown as Three; // the caller counts them
}

/** Hue from 0 to 1, saturation and value, each `[…, H, W]`. */
function toHsv(image: Tensor): Three {
  const [red, green] = channelsOf(image);
  const [least, most] = [image.amin(-3), image.amax(-3)];
  const isGrey = most.eq(least);
  const range = most.sub(least);
  // A grey pixel has neither hue nor saturation; whatever it is divided by.
  const saturation = range.div(most.masked_fill(isGrey, 1));
  const divisor = range.masked_fill(isGrey, 1).unsqueeze(-3);
  const [r, g, b] = channelsOf(most.unsqueeze(-3).sub(image).div(divisor));
  const [isRed, isGreen] = [most.eq(red), most.eq(green)];
  const fromRed = b.sub(g).mul(isRed);
  const fromGreen = r.add(2).sub(b).mul(isGreen.logical_and(isRed.logical_not()));
  const fromBlue = g.add(4).sub(r).mul(isGreen.logical_or(isRed).logical_not());
  const sixths = fromRed.add(fromGreen).add(fromBlue);
  return [
    sixths
      .mul(1 / 6)
      .add(1)
      .fmod(1),
    saturation,
    most,
  ];
}

/** Which of value, and what `fromHsv` calls p, q and t, each of red, green and blue is, in each sixth of the wheel. */
const sources = [
  [0, 2, 1, 1, 3, 0],
  [3, 0, 0, 2, 1, 1],
  [1, 1, 3, 0, 0, 2],
];

function fromHsv([hue, saturation, value]: Three): Tensor {
  const sixths = hue.mul(6);
  const sector = sixths.floor();
  const part = sixths.sub(sector);
  const fading = saturation.mul(part);
  const rest = saturation.rsub(1);
  const q = fading.rsub(1).mul(value).clamp(0, 1);
  const t = fading.add(rest).mul(value).clamp(0, 1);
  const p = rest.mul(value).clamp(0, 1);
  const four = stack([value, p, q, t], -3);
  const chosen = tensor(sources, { dtype: int64, device: hue.device })
    .index_select(1, sector.to(int64).remainder(6).flatten())
    .reshape([3, ...hue.shape]);
  return four.gather(-3, chosen.movedim(0, -3));
}

/** Images of fractions `[…, 3, H, W]` whose hue is turned by `factor`, a part of the wheel. */
export function withHue(image: Tensor, factor: number): Tensor {
  const [hue, saturation, value] = toHsv(image);
  return fromHsv([hue.add(factor).remainder(1), saturation, value]);
}
