import { MID_TONE } from "./colours.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import type { MimeBundle } from "./mime.ts";
import { grouped } from "./numbers.ts";

/** Data of a progress bar for a front end that draws it itself. */
export const PROGRESS_MIME = "application/vnd.typetorch.progress.v1+json";

/** How far a loop has come: `stopped` before its end, by `break` or an error in its body; `failed` when what it goes through failed. */
export type ProgressState = "running" | "done" | "stopped" | "failed" | "interrupted";

/** A progress bar at one moment. */
export interface ProgressData {
  readonly kind: "progress";
  readonly description: string;
  readonly completed: number;
  /** `null` when nobody knows. */
  readonly total: number | null;
  /** What is counted, such as `batch`. */
  readonly unit: string;
  /** Seconds since the beginning. */
  readonly seconds: number;
  /** Steps per second; `null` when nothing can be said. */
  readonly rate: number | null;
  /** What the loop tells of itself, such as its loss. */
  readonly values: Readonly<Record<string, string>>;
  readonly state: ProgressState;
}

const COLOURS: Readonly<Record<ProgressState, string>> = {
  running: "#2a788e",
  done: "#3a9a5b",
  stopped: "#b08a1e",
  failed: "#c0483a",
  interrupted: "#c0483a",
};

const BAR_PIXELS = 180;
const BAR_CHARACTERS = 20;

/** Shows a progress bar, as HTML that needs no script and as a line of text. */
export function renderProgress(data: ProgressData): MimeBundle {
  return {
    [PROGRESS_MIME]: data,
    "text/html": progressHtml(data).markup,
    "text/plain": progressText(data),
  };
}

function progressHtml(data: ProgressData): Html {
  const style = "margin:2px 0;font-family:monospace;font-size:13px;line-height:1.6";
  const description = data.description === "" ? "" : `${data.description} `;
  return html`<div style="${style}">${description}${bar(data)} ${facts(data)}${end(data)}</div>`;
}

/** Two boxes side by side: JupyterLab's sanitiser knows no colours that let the background through. */
function bar(data: ProgressData): Html {
  const done = Math.round((share(data) ?? (data.state === "running" ? 0 : 1)) * BAR_PIXELS);
  return html`${box(done, COLOURS[data.state])}${box(BAR_PIXELS - done, `${MID_TONE};opacity:0.3`)}`;
}

function box(width: number, colour: string): Html | null {
  if (width === 0) return null;
  return html`<span
    style="display:inline-block;height:9px;width:${width}px;background-color:${colour}"
  ></span>`;
}

/** In words as well, for those who see no colours. */
function end({ state }: ProgressData): Html | null {
  if (state === "running" || state === "done") return null;
  return html` <span style="color:${COLOURS[state]}">${state}</span>`;
}

/** 0 to 1; `null` when the total is not known. */
function share({ completed, total }: ProgressData): number | null {
  if (total === null) return null;
  return total === 0 ? 1 : Math.min(1, completed / total);
}

function facts(data: ProgressData): string {
  const values = Object.entries(data.values).map(([name, value]) => `${name} ${value}`);
  return [counts(data), ...times(data), ...values].join(" · ");
}

function counts({ completed, total, unit }: ProgressData): string {
  return total === null ? `${grouped(completed)} ${unit}` : `${grouped(completed)}/${grouped(total)}`;
}

function times({ seconds, state, completed, total, rate, unit }: ProgressData): string[] {
  const parts = [duration(seconds)];
  if (rate === null || !(rate > 0)) return parts;
  parts.push(rateText(rate, unit));
  if (state === "running" && total !== null && total > completed)
    parts.push(`${duration((total - completed) / rate)} left`);
  return parts;
}

function rateText(rate: number, unit: string): string {
  return rate >= 1 ? `${short(rate)} ${unit}/s` : `${short(1 / rate)} s/${unit}`;
}

function short(value: number): string {
  return value >= 100 ? grouped(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function two(part: number): string {
  return String(part).padStart(2, "0");
}

/** `0:07`, `12:30`, `1:05:00`. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60) % 60;
  if (whole < 3600) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(whole / 3600)}:${two(minutes)}:${two(whole % 60)}`;
}

function progressText(data: ProgressData): string {
  const part = share(data);
  const description = data.description === "" ? "" : `${data.description}: `;
  const state = data.state === "running" || data.state === "done" ? "" : ` (${data.state})`;
  return `${description}${part === null ? "" : `${textBar(part)} `}${facts(data)}${state}`;
}

function textBar(part: number): string {
  const filled = Math.round(part * BAR_CHARACTERS);
  const percent = `${Math.floor(part * 100)}%`.padStart(4);
  return `${percent} |${"█".repeat(filled)}${" ".repeat(BAR_CHARACTERS - filled)}|`;
}
