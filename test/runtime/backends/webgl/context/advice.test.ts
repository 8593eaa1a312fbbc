import { expect, test } from "vitest";
import {
  adviseForDrivers,
  adviseForGl,
  systemHere,
  type System,
} from "../../../../../runtime/backends/webgl/context/advice.ts";

test.each([
  ["linux", 'ID=debian\nVERSION_ID="12"\n', "debian"],
  ["linux", "NAME=Mint\nID=linuxmint\nID_LIKE=ubuntu\n", "debian"],
  ["linux", "ID=fedora\n", "fedora"],
  ["linux", 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', "fedora"],
  ["linux", "ID=arch\n", "linux"],
  ["linux", "", "linux"],
  ["darwin", "", "macos"],
  ["win32", "", "windows"],
] as const)("on %s with %j one installs as on %s", (platform, release, system) => {
  expect(systemHere(platform, release)).toBe(system);
});

test.each<[System, RegExp, RegExp]>([
  ["debian", /apt-get install build-essential/, /apt-get install .*xvfb.*mesa-vulkan-drivers/],
  ["fedora", /dnf install gcc-c\+\+/, /dnf install .*Xvfb.*mesa-vulkan-drivers/],
  ["linux", /C\+\+ compiler/, /Xvfb and Mesa/],
  ["macos", /xcode-select/, /Metal/],
  ["windows", /winget install/, /Direct3D/],
])("%s has its own packages for the compiler and for the drivers", (system, compiler, drivers) => {
  expect(adviseForGl(system)[0]).toMatch(compiler);
  expect(adviseForGl(system)[1]).toMatch(/^npm install gl@/);
  expect(adviseForDrivers(system).join()).toMatch(drivers);
});
