import { type Instant, toInstant } from "@carhythm/core";
import { type Command, Option } from "commander";
import type { Config, SettingName } from "../../config.ts";
import { beginsAt } from "../../db/retention/automatic.ts";
import { countDue, type Due, purge } from "../../db/retention/purge.ts";
import { erasureMemoryOf } from "../../erasure-memory.ts";
import { eraseKept } from "../../migrations/steps/undo-tables.ts";
import { OperatorError } from "../../operator-error.ts";
import { PRIVACY_SETTINGS } from "../../privacy-settings.ts";
import { dueBackups, purgeBackups, rulesAt } from "../../retention.ts";
import { confirm } from "../confirm.ts";
import { print, printJson, printTable, tell } from "../output.ts";
import { systemUser } from "../recording.ts";
import { configOf, withDatabase, withSettings } from "../settings.ts";

const NEEDED: SettingName[] = [
	"database_url",
	"session_expiry_days",
	...(Object.keys(PRIVACY_SETTINGS) as SettingName[]).filter((name) => /^(retention|erasure)_/.test(name)),
];

const WORDS: Readonly<Record<Due["kind"] | "backups", string>> = {
	asked_for: "sessions whose student asked for it",
	unfinished: "unfinished sessions",
	set_aside: "sessions set aside",
	completed: "completed sessions",
	person: "persons of sessions that stay",
	feedback: "feedback",
	late: "late events",
	codes: "codes for another device",
	backups: "backups made before a migration",
};

/** `carhythm purge` */
export function addPurgeCommand(program: Command): void {
	withSettings(program.command("purge"), NEEDED)
		.description(
			"remove what has had its day, by the RETENTION_… settings; the server does it by itself at night",
		)
		.addOption(new Option("--dry-run", "only count what would be removed").conflicts("yes"))
		.option("--yes", "do not ask")
		.option("--json", "as JSON")
		.action(async (options) => {
			const config = configOf(options);
			await withDatabase(config, "read", async (database) => {
				const now = () => toInstant(Date.now());
				const due = [...(await countDue(database, rulesAt(config, now()))), backupsDue(config, now())];
				if (options.dryRun) {
					if (options.json) printJson(due);
					else await showDue(due, await firstRun(database));
					return;
				}
				if (!options.json) printDue(due);
				await confirm(options, {
					question: "Remove this for good?",
					warning: "What is removed cannot be brought back.",
					otherwise: "Nothing was removed.",
				});
				const memory = erasureMemoryOf(config);
				const actor = systemUser();
				const done = await purge(database, { rules: () => rulesAt(config, now()), actor, eraseKept, memory });
				if (!done)
					throw new OperatorError("conflict", "Another process is removing already. Nothing was done.");
				const removed = { ...done.removed, backups: purgeBackups(config, now()) };
				if (options.json) printJson({ ...done, removed });
				else print(`Removed: ${sumOf(removed)}.`);
				if (!done.remembered && memory === null) {
					tell("These erasures are not remembered: set ERASURE_KEY or ERASURE_MEMORY.");
				}
				const { scrubbed } = done;
				if (scrubbed && !scrubbed.clean) {
					throw new OperatorError(
						"failed",
						`It is deleted, but traces are still in the database's files: ${scrubbed.reason}. Run "carhythm session erase --finish" ${scrubbed.needs_owner ? "as the role that owns the tables" : "when that has ended"}.`,
					);
				}
			});
		});
}

type Shown = Omit<Due, "kind"> & { kind: Due["kind"] | "backups" };

function backupsDue(config: Config, now: Instant): Shown {
	const due = dueBackups(config, now);
	const oldest = due.map(({ created_at }) => created_at).sort()[0] ?? null;
	return { kind: "backups", count: due.length, oldest, cutoff: null };
}

async function firstRun(
	database: Parameters<Parameters<typeof withDatabase>[2]>[0],
): Promise<Instant | null> {
	const runs = await database.reader.selectFrom("retention_runs").select("began_at").executeTakeFirst();
	return runs?.began_at ? beginsAt(runs.began_at) : null;
}

async function showDue(due: readonly Shown[], first: Instant | null): Promise<void> {
	printDue(due);
	print("");
	print(
		first === null
			? "No server has looked after this database since it knows retention. It removes nothing in its first 30 days."
			: `The server removes it by itself, at night, from ${first} on. Without --dry-run this command does it now.`,
	);
}

function printDue(due: readonly Shown[]): void {
	printTable(
		["WHAT", "DUE", "OLDEST", "KEPT SINCE"],
		due.map(({ kind, count, oldest, cutoff }) => [
			WORDS[kind],
			String(count),
			oldest ?? "",
			cutoff ?? (kind === "backups" ? "" : "for ever"),
		]),
	);
}

function sumOf(removed: Readonly<Record<string, number>>): string {
	const parts = Object.entries(removed).filter(([, count]) => count > 0);
	if (parts.length === 0) return "nothing was due";
	return parts.map(([kind, count]) => `${WORDS[kind as Due["kind"]]} ${count}`).join(", ");
}
