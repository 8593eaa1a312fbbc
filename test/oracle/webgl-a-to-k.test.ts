/** Every operator on WebGL, in two files, so that two processes share the work. */
import { testOperatorsOnWebgl } from "./operatorsOnWebgl.ts";

testOperatorsOnWebgl(/^[a-k]/i);
