/** `torch.random`: the generator's functions under the name of their module in Python. */
export {
  default_generator,
  fork_rng,
  get_rng_state,
  initial_seed,
  manual_seed,
  seed,
  set_rng_state,
} from "./random.ts";
