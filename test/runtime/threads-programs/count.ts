/** Prints how many threads there are at first. */
import { get_num_threads } from "../../../runtime/threads.ts";

console.log(get_num_threads());
