import { child } from "../findings.ts";

/** Whether two lists hold the same, in whatever order. */
export function sameSet(a: readonly string[], b: readonly string[]): boolean {
	return a.length === b.length && new Set([...a, ...b]).size === a.length;
}

/** The list from another place on, and what was before it at its end. */
export function rotate<T>(by: number, list: readonly T[]): T[] {
	const start = list.length === 0 ? 0 : by % list.length;
	return [...list.slice(start), ...list.slice(0, start)];
}

/** A list of another server's reply; empty where it is none. */
export function listOf(options: unknown, name: string): unknown[] {
	const list = child(options, name);
	return Array.isArray(list) ? list : [];
}
