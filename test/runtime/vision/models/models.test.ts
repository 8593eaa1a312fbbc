import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import torch, { nn, vision } from "../../../../runtime/index.ts";

const { models } = vision;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "typetorch-models-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function parameters(model: nn.Module): number {
  return [...model.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0);
}

describe("weights", () => {
  test("come from a file that torch.save wrote, and from a state dict", () => {
    const trained = models.resnet8();
    const path = join(folder, "resnet8.pth");
    torch.save(trained.state_dict(), path);
    const image = torch.rand(1, 1, 12, 12);
    const scores = trained.eval()(image);
    expect(models.resnet8({ weights: path }).eval()(image).equal(scores)).toBe(true);
    expect(models.resnet8({ weights: trained.state_dict() }).eval()(image).equal(scores)).toBe(true);
    const others = new Map(Object.entries(trained.state_dict()));
    expect(models.resnet8({ weights: others }).eval()(image).equal(scores)).toBe(true);
  });

  test("that torchvision would download are told of as what they are: no files", () => {
    expect(() => models.resnet8({ weights: "IMAGENET1K_V1" })).toThrow(
      'weights: there is no file "IMAGENET1K_V1". Weights are not downloaded: give the path of a file',
    );
  });

  test("of another model are refused, with what is missing", () => {
    const state = new models.LeNet().state_dict();
    expect(() => models.resnet8({ weights: state })).toThrow(/Missing key.*bn1\.weight/s);
    expect(() => new models.LeNet({ num_classes: 3, weights: state })).toThrow(
      /size mismatch for fc3\.weight/,
    );
    expect(() => models.resnet8({ weights: 3 as never })).toThrow(
      "argument 'weights' must be the path of a file with a state_dict, a state_dict or null, not 3",
    );
  });
});

describe("small networks", () => {
  test("give a score for each class, and a gradient to every parameter", () => {
    for (const model of [new models.LeNet(), models.resnet8(), models.resnet8({ num_classes: 10 })]) {
      const scores = model(torch.rand(2, 1, 28, 28));
      expect(scores.shape).toEqual([2, 10]);
      scores.sum().backward();
      for (const [name, parameter] of model.named_parameters())
        expect([name, parameter.grad?.shape]).toEqual([name, parameter.shape]);
    }
  });

  test("have as many parameters as the papers' tables", () => {
    expect(parameters(new models.LeNet())).toBe(61_706);
    expect(parameters(models.resnet20({ in_channels: 3 }))).toBe(272_474);
    expect(parameters(models.resnet8())).toBe(77_754);
    expect([...models.resnet20().modules()].filter((each) => each instanceof nn.Conv2d)).toHaveLength(21);
  });

  test("print their parts", () => {
    expect(String(new models.LeNet(4, 3))).toBe(
      `LeNet(
  (conv1): Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))
  (conv2): Conv2d(6, 16, kernel_size=(5, 5), stride=(1, 1))
  (fc1): Linear(in_features=400, out_features=120, bias=True)
  (fc2): Linear(in_features=120, out_features=84, bias=True)
  (fc3): Linear(in_features=84, out_features=4, bias=True)
)`,
    );
  });
});

test("groups and other widths are for bottlenecks", () => {
  expect(() => models.resnet18({ groups: 2 })).toThrow(
    "BasicBlock only supports groups=1 and base_width=64: use resnet50 or a deeper one.",
  );
});

test("a residual branch that begins with zeros lets the way past through", () => {
  const model = models.resnet18({ num_classes: 2, zero_init_residual: true });
  const zeros = [...model.named_parameters()].filter(
    ([name, value]) => name.endsWith("bn2.weight") && value.eq(0).all().item(),
  );
  expect(zeros).toHaveLength(8);
});

test("MobileNetV2 has as many channels as its width asks for, by eights", () => {
  const narrow = models.mobilenet_v2({ num_classes: 3, width_mult: 0.35 });
  const channels = [...narrow.modules()]
    .filter((each) => each instanceof nn.Conv2d)
    .map((each) => each.out_channels);
  expect(channels.every((count) => count % 8 === 0)).toBe(true);
  expect(channels.at(-1)).toBe(1280);
  expect(narrow.eval()(torch.rand(1, 3, 32, 32)).shape).toEqual([1, 3]);
});
