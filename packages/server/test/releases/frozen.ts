import { checksum } from "../../src/migrations/ledger/ledger.ts";
import { migrations } from "../../src/migrations/versions/list.ts";

/** The checksum of every step, by migration and step: `2:column_status`. */
export type Checksums = Readonly<Record<string, string>>;

/** What the migrations of this program say. */
export function checksumsOfThisProgram(): Checksums {
	return Object.fromEntries(
		migrations.flatMap(({ number, steps }) =>
			steps.map((step): [string, string] => [`${number}:${step.id}`, checksum(step)]),
		),
	);
}

/**
 * Databases in the field hold these checksums: a migration of a release never changes.
 * @returns what differs, each in one sentence that says what to do
 */
export function brokenPromises(release: string, released: Checksums, now: Checksums): string[] {
	const todo = `It is in ${release} and frozen: leave it as it was, and write a new migration for what is new.`;
	const numbers = new Set(Object.keys(released).map((key) => key.split(":")[0]));
	const added = Object.keys(now).filter(
		(key) => numbers.has(key.split(":")[0]) && !Object.hasOwn(released, key),
	);
	return [
		...Object.entries(released).flatMap(([key, sum]) => {
			if (now[key] === sum) return [];
			return [`The step ${key} ${Object.hasOwn(now, key) ? "says something else" : "is gone"}. ${todo}`];
		}),
		...added.map((key) => `The step ${key} is new in a migration that is released. ${todo}`),
	];
}
