import { toInstant } from "@carhythm/core";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { SessionAdmin, ShownEvent, ShownSession } from "../../db/operator/session-admin.ts";
import { SHOWN_STATUSES } from "../../db/sessions/expiry.ts";
import { counted, oneLine, print, printJson, printTable, shortened } from "../output.ts";
import { recordAct } from "../recording.ts";
import { configOf, withDatabase, withSettings } from "../settings.ts";
import { adminOf, displayIdOf } from "./session-admin-of.ts";
import { applyLateTo } from "./session-apply-late.ts";
import { addEraseCommand } from "./session-erase.ts";
import { addSessionExportCommand } from "./session-export.ts";
import { addRevokeCommand } from "./session-revoke.ts";
import { countAdopted, showPast, unknownSession } from "./session-show-history.ts";

/** `carhythm session …` */
export function addSessionCommands(program: Command): void {
	const session = program.command("session").description("what students have begun and finished");

	withSettings(session.command("list"), ["database_url", "session_expiry_days"])
		.description("show sessions, the last active first")
		.addOption(new Option("--status <status>", "only these").choices(SHOWN_STATUSES))
		.option("--email <address>", "only those of this person, in capitals or not")
		.option("--limit <number>", "at most so many", parseLimit, 50)
		.option("--json", "as JSON")
		.action(async (options) => {
			const config = configOf(options);
			const { status = null, email, limit } = options;
			const { sessions, total } = await withDatabase(config, "read", async (database) => {
				const admin = adminOf(database, config);
				// The address itself is personal data, and has no place in the log.
				if (email !== undefined)
					await recordAct(database, { action: "session.find", details: { by: "email" } });
				const sessions = await admin.list({ status, email, limit });
				return { sessions, total: await admin.count({ status, email }) };
			});
			if (options.json) printJson(sessions);
			else printSessions(sessions, total);
		});

	withSettings(session.command("show"), ["database_url", "session_expiry_days"])
		.description("show one session with its history")
		.argument("<display-id>", "for example 7GK2M-9XQ4T")
		.addOption(
			new Option("--at <revision>", "as it was right after this event")
				.argParser(parseRevision)
				.conflicts("late"),
		)
		.option("--late", "only what came after it had ended, and why it was kept aside")
		.option("--json", "as JSON")
		.action(async (typed: string, options) => {
			const config = configOf(options);
			const display_id = displayIdOf(typed);
			if (options.at !== undefined || options.late) {
				await withDatabase(config, "read", async (database) => {
					const details = options.late ? { late: true } : { at: options.at };
					await recordAct(database, { action: "session.show", target: display_id, details });
					await showPast(database, display_id, options);
				});
				return;
			}
			await withDatabase(config, "read", async (database) => {
				const found = await adminOf(database, config).show(display_id);
				if (!found) throw unknownSession(display_id);
				await recordAct(database, { action: "session.show", target: display_id });
				const answers_from_adoption = await countAdopted(database, display_id);
				if (options.json) printJson({ ...found, answers_from_adoption });
				else printSession(found, answers_from_adoption);
			});
		});

	withSettings(session.command("apply-late"), ["database_url"])
		.description("apply what came after a session had ended, at the times at which it was done")
		.argument("<display-id>", "for example 7GK2M-9XQ4T")
		.option("--dry-run", "only show what would change")
		.option("--renew", "count the session as active now, so that the student can go on with it")
		.option("--json", "as JSON")
		.action(async (typed: string, options) => {
			const display_id = displayIdOf(typed);
			await withDatabase(configOf(options), "read", (database) =>
				applyLateTo(database, display_id, { ...options, now: toInstant(Date.now()) }),
			);
		});
	addRevokeCommand(session);
	addSessionExportCommand(session);
	addEraseCommand(session);
}

function parseLimit(text: string): number {
	const limit = Number(text);
	if (!/^\d{1,9}$/.test(text) || limit < 1) throw new InvalidArgumentError("It must be a number from 1.");
	return limit;
}

function parseRevision(text: string): number {
	if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be the number of an event.");
	return Number(text);
}

function printSessions(sessions: readonly ShownSession[], total: number): void {
	const rows = sessions.map(({ display_id, status, progress, last_activity, assessment, version }) => [
		display_id,
		status,
		`${progress.questions_answered}/${progress.total_questions}`,
		`${progress.percentage} %`,
		last_activity,
		`${assessment} ${version}`,
	]);
	printTable(["SESSION", "STATUS", "ANSWERS", "DONE", "LAST ACTIVITY", "ASSESSMENT"], rows);
	print("");
	print(
		sessions.length === total
			? `${counted(total, "session")}.`
			: `${sessions.length} of ${counted(total, "session")}; --limit ${total} shows all.`,
	);
}

type Found = NonNullable<Awaited<ReturnType<SessionAdmin["show"]>>>;

function printSession({ session, person, events }: Found, answers_from_adoption: number): void {
	const { progress } = session;
	const known = Object.values(person).filter((value) => value !== "");
	const lines = [
		["session", session.display_id],
		["status", session.status],
		["assessment", `${session.assessment} ${session.version}, ${session.language}`],
		["answers", `${progress.questions_answered} of ${progress.total_questions} (${progress.percentage} %)`],
		["started", session.started_at],
		["last activity", session.last_activity],
		["completed", session.completed_at ?? "no"],
		["person", known.length > 0 ? known.join(", ") : "not given"],
	] as const;
	for (const [name, value] of lines) print(`${name.padEnd(14)} ${oneLine(value)}`);
	print("");
	printTable(["REVISION", "TIME", "WHAT", "QUESTION", "OUTCOME", "VALUE"], events.map(eventCells));
	if (answers_from_adoption > 0) {
		print("");
		print(`${counted(answers_from_adoption, "answer")} came with the adoption: --at 0`);
	}
}

function eventCells({ revision, at, kind, question, outcome, value }: ShownEvent): string[] {
	return [String(revision), at ?? "", kind, question ?? "", outcome, shortened(value)];
}
