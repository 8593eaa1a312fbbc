require("./replace-gl.cjs")(() => () => null);
