require("./replace-gl.cjs")(() => () => process.abort());
