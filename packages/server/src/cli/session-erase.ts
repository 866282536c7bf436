import type { Purged } from "../db/dialect.ts";
import type { Erased } from "../db/operator/session-admin.ts";
import { OperatorError } from "../operator-error.ts";
import { counted, oneLine, print } from "./output.ts";

/** Says what was erased. @throws OperatorError `failed` when something of the session may be left */
export function reportErased(erased: Erased): void {
	for (const { table, rows } of erased.deleted) {
		print(`The table ${oneLine(table)} of another program: ${counted(rows, "row")} of the session deleted.`);
	}
	const problems = [...remainsInFiles(erased), ...remainsInTables(erased.traces)];
	if (problems.length > 0)
		throw new OperatorError("failed", `The session is deleted, but ${problems.join(" And ")}`);
	print(`Erased. No table holds its ids or its address any more. ${remainsOf(erased)}`);
}

/** The same for `--finish`, which looks after the files only. */
export function reportFinished(purged: Purged): void {
	const [problem] = remainsInFiles(purged);
	if (problem !== undefined) throw new OperatorError("failed", `The session is deleted, but ${problem}`);
	print(`Erased. ${remainsOf(purged)}`);
}

function remainsOf(purged: Purged): string {
	return purged.clean ? purged.remains : "";
}

function remainsInFiles(purged: Purged): string[] {
	if (purged.clean) return [];
	const when = purged.needs_owner ? "as the role that owns the tables" : "when that has ended";
	return [
		`traces of it are still in the database's files: ${purged.reason}. Run "carhythm session erase --finish" ${when}.`,
	];
}

function remainsInTables({ left, unread }: Erased["traces"]): string[] {
	const problems: string[] = [];
	if (left.length > 0) {
		const named = left.map(
			({ table, column, rows }) => `${oneLine(`${table}.${column}`)} (${counted(rows, "row")})`,
		);
		problems.push(
			`tables of other programs still name it or its person: ${named.join(", ")}. What these rows are for, CaRhythm does not know: change or delete them yourself.`,
		);
	}
	if (unread.length > 0) {
		problems.push(
			`this user may not read ${unread.map(oneLine).join(", ")}, so these tables were not searched: search them with a role that may.`,
		);
	}
	return problems;
}
