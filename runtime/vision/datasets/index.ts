/** `vision.datasets`: data to learn from. */
export { CIFAR10, CIFAR100 } from "./cifar.ts";
export { FakeData } from "./fakeData.ts";
export { make_blobs, make_circles, make_moons, make_spirals } from "./generated.ts";
export { ImageFolder } from "./imageFolder.ts";
export { FashionMNIST, KMNIST } from "./likeMnist.ts";
export { Iris, Penguins } from "./measurements.ts";
export { MNIST } from "./mnist.ts";
export { VisionDataset } from "./visionDataset.ts";
