import type { Command } from "commander";
import type { Purged } from "../../db/dialect.ts";
import type { Erased } from "../../db/operator/session-admin.ts";
import { erasureMemoryOf } from "../../erasure-memory.ts";
import { OperatorError } from "../../operator-error.ts";
import { confirm } from "../confirm.ts";
import { counted, oneLine, print, tell } from "../output.ts";
import { systemUser } from "../recording.ts";
import { configOf, withDatabase, withSettings } from "../settings.ts";
import { adminOf, displayIdOf } from "./session-admin-of.ts";
import { unknownSession } from "./session-show-history.ts";

/** `carhythm session erase` */
export function addEraseCommand(session: Command): void {
	withSettings(session.command("erase"), [
		"database_url",
		"session_expiry_days",
		"erasure_key",
		"erasure_memory",
	])
		.description("delete a session for good: answers, history, drafts, results, feedback, personal data")
		.argument("[display-id]", "for example 7GK2M-9XQ4T")
		.option("--yes", "do not ask")
		.option("--finish", "only remove what an erasure before could not, because another program was reading")
		.action(async (typed: string | undefined, options) => {
			const config = configOf(options);
			if (options.finish) {
				reportFinished(await withDatabase(config, "read", (database) => adminOf(database, config).scrub()));
				return;
			}
			if (typed === undefined) throw new OperatorError("usage", "Name the session by its display id.");
			const display_id = displayIdOf(typed);
			await withDatabase(config, "read", async (database) => {
				const memory = erasureMemoryOf(config);
				const admin = adminOf(database, { ...config, memory });
				if (!(await admin.show(display_id))) throw unknownSession(display_id);
				await confirm(options, {
					question: `Erase the session ${display_id} for good?`,
					warning: "Erasing cannot be undone.",
					otherwise: "Nothing was erased.",
				});
				const scrubbed = await admin.erase(display_id, systemUser());
				if (!scrubbed) throw unknownSession(display_id);
				if (!memory) {
					tell(
						"This erasure is not remembered: no key could be read or made. A restored backup would bring the session back. Set ERASURE_KEY or ERASURE_MEMORY.",
					);
				}
				reportErased(scrubbed);
			});
		});
}

/** Says what was erased. @throws OperatorError `failed` when something of the session may be left */
function reportErased(erased: Erased): void {
	for (const { table, rows } of erased.deleted) {
		print(`The table ${oneLine(table)} of another program: ${counted(rows, "row")} of the session deleted.`);
	}
	const problems = [...remainsInFiles(erased), ...remainsInTables(erased.traces)];
	if (problems.length > 0)
		throw new OperatorError("failed", `The session is deleted, but ${problems.join(" And ")}`);
	print(`Erased. No table holds its ids or its address any more. ${remainsOf(erased)}`);
}

/** The same for `--finish`, which looks after the files only. */
function reportFinished(purged: Purged): void {
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
