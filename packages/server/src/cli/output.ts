import type { Writable } from "node:stream";
import { counted } from "../counted.ts";

export { counted };

/** Writes one line to standard output. */
export function print(line: string): void {
	process.stdout.write(`${line}\n`);
}

/** Writes one line for the person at the terminal, which is no part of the result. */
export function tell(line: string): void {
	process.stderr.write(`${line}\n`);
}

/** Prints a value as indented JSON. */
export function printJson(value: unknown): void {
	print(JSON.stringify(value, null, 2));
}

/** Prints rows under headings, each column as wide as its widest cell. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
	const all = [headings, ...rows].map((row) => row.map(oneLine));
	const widths = headings.map((_, i) => Math.max(...all.map((row) => width(row[i] ?? ""))));
	for (const row of all) {
		const cells = row.map((cell, i) => cell + " ".repeat((widths[i] ?? 0) - width(cell)));
		print(cells.join("  ").trimEnd());
	}
}

/** Text as one line without control characters, which could move the cursor or colour the terminal. */
export function oneLine(text: string): string {
	return text.replace(/\p{Cc}+/gu, " ");
}

const LONGEST_VALUE = 60;

/** A value of a student for a cell of a table; `--json` shows it whole. */
export function shortened(value: unknown): string {
	const text = value === null ? "" : JSON.stringify(value);
	return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}

function width(text: string): number {
	return [...text].length;
}

/** A reader that has seen enough (`| head`) is no error. */
export function endQuietlyWhenClosed(stream: Writable): void {
	stream.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code === "EPIPE") process.exit(0);
		throw error;
	});
}
