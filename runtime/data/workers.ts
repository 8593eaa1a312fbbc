/**
 * What a data set may know of the worker that it is in: `null`, since there are no other processes. Data sets that divide their work among workers do all of it then.
 *
 * Source: `torch.utils.data.get_worker_info`.
 */
export function get_worker_info(): null {
  return null;
}
