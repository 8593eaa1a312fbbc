/** Modules that hold other modules, or parameters, in a list or under names. */
export { ModuleDict } from "./container/moduleDict.ts";
export { ModuleList } from "./container/moduleList.ts";
export { ParameterDict } from "./container/parameterDict.ts";
export { ParameterList } from "./container/parameterList.ts";
