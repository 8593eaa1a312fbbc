/** `vision.datasets`: data to learn from. */
export { FakeData } from "./fakeData.ts";
export { make_blobs, make_circles, make_moons, make_spirals } from "./generated.ts";
export { ImageFolder } from "./imageFolder.ts";
export { Iris, Penguins } from "./measurements.ts";
export { MNIST } from "./mnist.ts";
export { VisionDataset } from "./visionDataset.ts";
