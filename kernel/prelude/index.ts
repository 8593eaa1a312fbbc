export { installPrelude } from "./install.ts";
