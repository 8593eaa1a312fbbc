import { InputError } from "../input-error.ts";
import { withUniqueIds } from "./ids.ts";
import { parseJson } from "./json-text.ts";
import { isJsonMime } from "./types.ts";
import type { Attachments, Cell, MimeData, Notebook, Output } from "./types.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads nbformat 4 (any minor version) into the 4.5 form: text joined, cell ids present and unique, only the fields
 * that the schema knows.
 *
 * @param file the name to use in messages
 * @throws InputError when the text is not such a notebook, saying where and what was expected.
 */
export function parseNotebook(text: string, file: string): Notebook {
  const value = parseJson(text.replace(/^\uFEFF/, ""), file);
  if (!isObject(value) || !("nbformat" in value)) {
    throw new InputError(
      `${file}: JSON, but not a notebook: expected an object with "nbformat": 4 and "cells".`,
    );
  }
  checkVersion(value, file);
  if (!Array.isArray(value["cells"])) {
    throw new InputError(`${file}: "cells" must be a list, found ${kindOf(value["cells"])}.`);
  }
  const cells = value["cells"].map((cell: unknown, index) => parseCell(cell, new Place(file, index + 1)));
  return {
    metadata: withoutKeys(optionalObject(value["metadata"]), TRANSIENT_NOTEBOOK_KEYS),
    cells: withUniqueIds(cells),
  };
}

/** Keys that nbformat strips whenever it reads or writes a notebook. */
const TRANSIENT_NOTEBOOK_KEYS = ["orig_nbformat", "orig_nbformat_minor", "signature"];

function checkVersion(notebook: JsonObject, file: string): void {
  const { nbformat } = notebook;
  if (nbformat === 4) return;
  const advice =
    typeof nbformat === "number" && nbformat < 4
      ? `Convert it with Jupyter: jupyter nbconvert --to notebook --nbformat 4 "${file}"`
      : "Save it as nbformat 4, which every current front end writes.";
  throw new InputError(
    `${file}: nbformat ${JSON.stringify(nbformat)}, but typetorch reads nbformat 4. ${advice}`,
  );
}

/** Where in a notebook a value was found, for messages. */
class Place {
  readonly #file: string;
  readonly #cell: number;
  constructor(file: string, cell: number) {
    this.#file = file;
    this.#cell = cell;
  }
  /** Never returns, so that it can stand where a value is expected. */
  fail(field: string, expected: string, found: unknown): never {
    throw new InputError(
      `${this.#file}: cell ${this.#cell}: ${field} must be ${expected}, found ${kindOf(found)}.`,
    );
  }
}

function parseCell(cell: unknown, place: Place): Cell {
  if (!isObject(cell)) return place.fail("the cell", "an object", cell);
  const shared = {
    id: typeof cell["id"] === "string" ? cell["id"] : "",
    metadata: withoutKeys(optionalObject(cell["metadata"]), ["trusted"]),
    source: joinedText(cell["source"], "source", place),
  };
  switch (cell["cell_type"]) {
    case "code":
      return {
        cell_type: "code",
        ...shared,
        execution_count: promptNumber(cell["execution_count"], place),
        outputs: parseOutputs(cell["outputs"], place),
      };
    case "markdown":
    case "raw":
      return { cell_type: cell["cell_type"], ...shared, ...parseAttachments(cell["attachments"], place) };
    default:
      return place.fail("cell_type", '"code", "markdown" or "raw"', cell["cell_type"]);
  }
}

function parseAttachments(attachments: unknown, place: Place): { attachments?: Attachments } {
  if (attachments === undefined) return {};
  if (!isObject(attachments)) return place.fail("attachments", "an object", attachments);
  const entries = Object.entries(attachments).map(([name, data]) => [name, parseData(data, place)] as const);
  return { attachments: Object.fromEntries(entries) };
}

function parseOutputs(outputs: unknown, place: Place): Output[] {
  if (outputs === undefined) return [];
  if (!Array.isArray(outputs)) return place.fail("outputs", "a list", outputs);
  return outputs.map((output: unknown) => parseOutput(output, place));
}

function parseOutput(output: unknown, place: Place): Output {
  if (!isObject(output)) return place.fail("an output", "an object", output);
  const metadata = optionalObject(output["metadata"]);
  switch (output["output_type"]) {
    case "stream":
      return {
        output_type: "stream",
        name: typeof output["name"] === "string" ? output["name"] : "stdout",
        text: joinedText(output["text"], "the text of a stream output", place),
      };
    case "display_data":
      return { output_type: "display_data", data: parseData(output["data"], place), metadata };
    case "execute_result":
      return {
        output_type: "execute_result",
        execution_count: promptNumber(output["execution_count"], place),
        data: parseData(output["data"], place),
        metadata,
      };
    case "error":
      return {
        output_type: "error",
        ename: joinedText(output["ename"], "the ename of an error output", place),
        evalue: joinedText(output["evalue"], "the evalue of an error output", place),
        traceback: parseTraceback(output["traceback"], place),
      };
    default:
      return place.fail(
        "output_type",
        '"stream", "display_data", "execute_result" or "error"',
        output["output_type"],
      );
  }
}

function parseTraceback(traceback: unknown, place: Place): string[] {
  if (!isTextList(traceback))
    return place.fail("the traceback of an error output", "a list of strings", traceback);
  return traceback;
}

function parseData(data: unknown, place: Place): MimeData {
  if (!isObject(data)) return place.fail("the data of an output", "an object of MIME types", data);
  const entries = Object.entries(data).map(([mime, value]) => [
    mime,
    isJsonMime(mime) ? value : joinedText(value, `the data of type ${mime}`, place),
  ]);
  // Object.fromEntries defines its keys, so a MIME type called __proto__ stays an ordinary key.
  return Object.fromEntries(entries) as MimeData;
}

function promptNumber(count: unknown, place: Place): number | null {
  if (count === undefined || count === null) return null;
  if (typeof count === "number" && Number.isInteger(count) && count >= 0) return count;
  return place.fail("execution_count", "a whole number or null", count);
}

function joinedText(text: unknown, field: string, place: Place): string {
  if (typeof text === "string") return text;
  if (isTextList(text)) return text.join("");
  return place.fail(field, "a string or a list of strings", text);
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((line) => typeof line === "string");
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function optionalObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function withoutKeys(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** How a message names a value that was not expected. */
function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return Array.isArray(value) ? "a list" : "an object";
}
