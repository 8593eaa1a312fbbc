/** What is used of a WebGL 2 context directly. The library of browser types is not there in Node; tfjs uses the rest. */
export interface DrawingContext {
  readonly VENDOR: number;
  readonly RENDERER: number;
  readonly VERSION: number;
  readonly MAX_TEXTURE_SIZE: number;
  readonly MAX_TEXTURE_IMAGE_UNITS: number;
  readonly MAX_DRAW_BUFFERS: number;
  readonly DRAW_BUFFER0: number;
  readonly COLOR_ATTACHMENT0: number;
  readonly FRAMEBUFFER: number;
  getParameter(name: number): unknown;
  getUniformLocation(program: object, name: string): object | null;
  /** Objects of `gl` refer to the native context. */
  createBuffer(): { readonly _ctx: Pick<DrawingContext, "getParameter"> };
  deleteBuffer(buffer: object): void;
  createFramebuffer(): object;
  deleteFramebuffer(framebuffer: object): void;
  bindFramebuffer(target: number, framebuffer: object | null): void;
  drawBuffers(attachments: readonly number[]): void;
  getError(): number;
  isContextLost(): boolean;
}
