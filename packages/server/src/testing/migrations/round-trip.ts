import { toInstant } from "@carhythm/core";
import type { Database } from "../../db/dialect.ts";
import { newestMigration } from "../../migrations/down.ts";
import { downgrade, upgrade } from "../../migrations/upgrade.ts";
import { type VerifyReport, verify } from "../../migrations/verify/verify.ts";
import { type EveryRow, everyRow } from "./every-row.ts";
import { takeAnAnswer } from "./lived-in.ts";

/** Tests keep no backups. */
export const withoutBackup = { backup: false, now: () => toInstant(Date.now()) } as const;

/** Every number that `down` can go to, the newest first. */
export const DOWN_TO: readonly number[] = Array.from(
	{ length: newestMigration() - 1 },
	(_, n) => newestMigration() - 1 - n,
);

/** Down to a number and up again, then an answer. @returns everything that is not as it should be */
export async function roundTrip(database: Database, to: number): Promise<string[]> {
	const before = await everyRow(database);
	await downgrade(database, { ...withoutBackup, to });
	const down = problems(await verify(database)).map((text) => `after down: ${text}`);
	const { report } = await upgrade(database, withoutBackup);
	const up = [...problems(report), ...problems(await verify(database))].map((text) => `after up: ${text}`);
	const values = differences(before, await everyRow(database));
	await takeAnAnswer(database);
	return [...down, ...up, ...values].map((text) => `down to ${to}: ${text}`);
}

/** What a verification found, check by check. */
export function problems(report: VerifyReport | null): string[] {
	return (
		report?.checks.flatMap(({ name, differences }) => differences.map((text) => `${name}: ${text}`)) ?? []
	);
}

/** What differs between two looks at every row, the first row of each table that does. */
function differences(before: EveryRow, after: EveryRow): string[] {
	const tables = new Set([...Object.keys(before), ...Object.keys(after)]);
	return [...tables].flatMap((table) => {
		const [old, now] = [before[table] ?? [], after[table] ?? []];
		const [there, left] = [new Set(now), new Set(old)];
		const gone = old.filter((row) => !there.has(row));
		const more = now.filter((row) => !left.has(row));
		if (gone.length + more.length === 0 && old.length === now.length) return [];
		return [`${table}: ${gone.length} rows changed, ${gone[0]} became ${more[0]}`];
	});
}
