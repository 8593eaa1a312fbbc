import type { Parameter } from "../../parameters.ts";

/** How pixels between pixels are found. */
export type Interpolation = "nearest" | "nearest-exact" | "bilinear" | "bicubic" | "lanczos";

/** The ways by their names. Source: `torchvision.transforms.InterpolationMode`, of which `BOX` and `HAMMING` are for Python's images only. */
export const InterpolationMode: Readonly<
  Record<"NEAREST" | "NEAREST_EXACT" | "BILINEAR" | "BICUBIC" | "LANCZOS", Interpolation>
> = {
  NEAREST: "nearest",
  NEAREST_EXACT: "nearest-exact",
  BILINEAR: "bilinear",
  BICUBIC: "bicubic",
  LANCZOS: "lanczos",
};

/** One of the ways. */
export function interpolation(fallback: Interpolation): Parameter<Interpolation> {
  return {
    expects: Object.values(InterpolationMode)
      .map((word) => `"${word}"`)
      .join(" or "),
    fallback,
    convert: (value) => Object.values(InterpolationMode).find((word) => word === value),
  };
}
