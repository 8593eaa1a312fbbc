/** `vision.models`: networks for images. */
export { LeNet } from "./lenet.ts";
export { mobilenet_v2, MobileNetV2 } from "./mobilenet.ts";
export {
  ResNet,
  resnet101,
  resnet152,
  resnet18,
  resnet20,
  resnet34,
  resnet50,
  resnet8,
  resnext50_32x4d,
  SmallResNet,
  wide_resnet50_2,
} from "./resnet.ts";
