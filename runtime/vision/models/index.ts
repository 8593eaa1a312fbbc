/** `vision.models`: networks for images. */
export { AlexNet, alexnet } from "./alexnet.ts";
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
export { VGG, vgg11, vgg11_bn, vgg13, vgg13_bn, vgg16, vgg16_bn, vgg19, vgg19_bn } from "./vgg.ts";
