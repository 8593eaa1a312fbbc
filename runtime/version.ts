/** The version of PyTorch that is followed, as `torch.__version__` says it there: names behind the plus tell builds apart. Source: `torch.__version__`. */
export const __version__: string = "2.13.0+typetorch";
