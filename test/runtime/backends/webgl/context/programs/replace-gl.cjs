/** Makes `require("gl")` give what `make` gives, in a process that was started with `--require` of one of the files beside this. */
const Module = require("node:module");

module.exports = (make) => {
  const load = Module._load;
  Module._load = (request, ...rest) => (request === "gl" ? make() : load(request, ...rest));
};
