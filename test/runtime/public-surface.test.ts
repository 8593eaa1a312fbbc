import { expect, test } from "vitest";
import * as typetorch from "../../runtime/index.ts";
import torch from "../../runtime/index.ts";
import * as renderers from "../../renderers/index.ts";

/** Names a user can import or find on a namespace; a change here is a change of the public interface. */
test("the public names are those that were decided", () => {
  expect(Object.keys(typetorch).toSorted()).toMatchSnapshot("typetorch");
  expect(Object.keys(torch).toSorted()).toMatchSnapshot("torch");
  expect(Object.keys(torch.nn).toSorted()).toMatchSnapshot("torch.nn");
  expect(Object.keys(torch.nn.functional).toSorted()).toMatchSnapshot("torch.nn.functional");
  expect(Object.keys(torch.optim).toSorted()).toMatchSnapshot("torch.optim");
  expect(Object.keys(torch.autograd).toSorted()).toMatchSnapshot("torch.autograd");
  expect(Object.keys(torch.utils.data).toSorted()).toMatchSnapshot("torch.utils.data");
  expect(Object.keys(typetorch.safetensors).toSorted()).toMatchSnapshot("safetensors");
  expect(Object.keys(typetorch.text).toSorted()).toMatchSnapshot("text");
  for (const [name, part] of Object.entries(typetorch.vision))
    expect(Object.keys(part).toSorted()).toMatchSnapshot(`vision.${name}`);
  expect(Object.getOwnPropertyNames(torch.Tensor.prototype).toSorted()).toMatchSnapshot("Tensor");
  expect(Object.keys(renderers).toSorted()).toMatchSnapshot("typetorch/renderers");
});
