/*
 * Fails unless the site that `npm start` wrote has an index, a page for each lesson, and on them what the lessons show.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

const lessons = readdirSync("notebooks").filter((name) => name.endsWith(".ipynb"));
const names = lessons.map((name) => name.replace(/ipynb$/, "html"));
assert.ok(
  names.length >= 3,
  `three lessons or more were expected in notebooks/, but there are ${names.length}`,
);

const index = readFileSync("site/index.html", "utf8");
for (const name of names)
  assert.ok(index.includes(`href="${name}"`), `site/index.html has no link to ${name}`);

const pages = Object.fromEntries(names.map((name) => [name, readFileSync(`site/${name}`, "utf8")]));
const expectations = [
  ["01-tensors.html", "the view of a tensor", /<td[^>]*background-color[^>]*title="\[0, 0\] = /],
  ["02-autograd.html", "the graph", /<img[^>]*alt="[^"]*MulBackward0/],
  ["02-autograd.html", "the value 7", /tensor\(7\.\)/],
  ["03-training-loop.html", "a plot", /<img[^>]*src="data:image\/svg\+xml/],
];
for (const [name, what, pattern] of expectations) {
  assert.match(pages[name] ?? "", pattern, `site/${name} does not show ${what}`);
}
console.log(`${names.length} pages and their index show what the lessons are about.`);
