/** The former names of functions of `torch.nn.init`, which programs from before 2018 use. */
import { warnOnce } from "../warn.ts";
import {
  constant_,
  dirac_,
  eye_,
  kaiming_normal_,
  kaiming_uniform_,
  normal_,
  orthogonal_,
  sparse_,
  uniform_,
  xavier_normal_,
  xavier_uniform_,
} from "./init.ts";

/** A function under its former name, which tells of the present one. */
function renamed<F extends (...args: never[]) => unknown>(name: string, find: () => F): F {
  const deprecated = (...args: Parameters<F>): unknown => {
    warnOnce(`\`nn.init.${name}\` is now deprecated in favor of \`nn.init.${name}_\`.`, "FutureWarning");
    return find()(...args);
  };
  return deprecated as F; // it takes and gives what that function does
}

/** As `constant_`. Source: `torch.nn.init.constant`. */
export const constant: typeof constant_ = renamed("constant", () => constant_);
/** As `dirac_`. Source: `torch.nn.init.dirac`. */
export const dirac: typeof dirac_ = renamed("dirac", () => dirac_);
/** As `eye_`. Source: `torch.nn.init.eye`. */
export const eye: typeof eye_ = renamed("eye", () => eye_);
/** As `kaiming_normal_`. Source: `torch.nn.init.kaiming_normal`. */
export const kaiming_normal: typeof kaiming_normal_ = renamed("kaiming_normal", () => kaiming_normal_);
/** As `kaiming_uniform_`. Source: `torch.nn.init.kaiming_uniform`. */
export const kaiming_uniform: typeof kaiming_uniform_ = renamed("kaiming_uniform", () => kaiming_uniform_);
/** As `normal_`. Source: `torch.nn.init.normal`. */
export const normal: typeof normal_ = renamed("normal", () => normal_);
/** As `orthogonal_`. Source: `torch.nn.init.orthogonal`. */
export const orthogonal: typeof orthogonal_ = renamed("orthogonal", () => orthogonal_);
/** As `sparse_`. Source: `torch.nn.init.sparse`. */
export const sparse: typeof sparse_ = renamed("sparse", () => sparse_);
/** As `uniform_`. Source: `torch.nn.init.uniform`. */
export const uniform: typeof uniform_ = renamed("uniform", () => uniform_);
/** As `xavier_normal_`. Source: `torch.nn.init.xavier_normal`. */
export const xavier_normal: typeof xavier_normal_ = renamed("xavier_normal", () => xavier_normal_);
/** As `xavier_uniform_`. Source: `torch.nn.init.xavier_uniform`. */
export const xavier_uniform: typeof xavier_uniform_ = renamed("xavier_uniform", () => xavier_uniform_);
