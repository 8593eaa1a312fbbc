require("./replace-gl.cjs")(() => {
  throw new Error("libEGL.so: cannot open shared object file\nmore lines");
});
