import type { Command } from "commander";
import type { Purged } from "../db/dialect.ts";
import { erasureMemoryOf } from "../erasure-memory.ts";
import { OperatorError } from "../operator-error.ts";
import { confirm } from "./confirm.ts";
import { print, tell } from "./output.ts";
import { systemUser } from "./recording.ts";
import { adminOf, displayIdOf } from "./session-admin-of.ts";
import { unknownSession } from "./session-show-history.ts";
import { configOf, withDatabase, withSettings } from "./settings.ts";

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
				report(await withDatabase(config, "read", (database) => adminOf(database, config).scrub()));
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
				report(scrubbed);
			});
		});
}

function report(scrubbed: Purged): void {
	if (!scrubbed.clean) {
		throw new OperatorError(
			"failed",
			`The session is deleted, but traces of it are still in the database's files: ${scrubbed.reason}. Run "carhythm session erase --finish" ${scrubbed.needs_owner ? "as the role that owns the tables" : "when that has ended"}.`,
		);
	}
	print(`Erased. ${scrubbed.remains}`);
}
