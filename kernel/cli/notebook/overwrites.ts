/**
 * What a terminal would still show of a text: a carriage return starts its line again and a backspace takes one
 * character back, so a progress bar leaves its last state and not its thousand steps. Linear in the text's length.
 */
export function applyTerminalOverwrites(text: string): string {
  if (!/[\r\b]/.test(text)) return text;
  return text
    .split("\n")
    .map((line) => applyBackspaces(afterLastReturn(line)))
    .join("\n");
}

/** A return at the very end of a line overwrites nothing: it is half of a Windows line end, or more is to come. */
function afterLastReturn(line: string): string {
  return line.length < 2 ? line : line.slice(line.lastIndexOf("\r", line.length - 2) + 1);
}

function applyBackspaces(line: string): string {
  if (!line.includes("\b")) return line;
  const kept: string[] = [];
  for (const character of line) {
    if (character === "\b") kept.pop();
    else kept.push(character);
  }
  return kept.join("");
}
