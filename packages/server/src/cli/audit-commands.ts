import { type Command, InvalidArgumentError } from "commander";
import { type LogHead, listOperatorEvents, verifyOperatorLog } from "../db/operator-log/read.ts";
import { OperatorError } from "../operator-error.ts";
import { counted, print, printJson, printTable } from "./output.ts";
import { configOf, withDatabase, withSettings } from "./settings.ts";

/** `carhythm audit …` */
export function addAuditCommands(program: Command): void {
	const audit = program.command("audit").description("what operators did, and whether the record is whole");

	withSettings(audit.command("list"), ["database_url"])
		.description("show what operators did, the newest first")
		.option("--session <display-id>", "only what was done to this session")
		.option("--action <name>", "only this, for example session.erase")
		.option("--limit <number>", "at most so many", parseLimit, 50)
		.option("--json", "as JSON, with the hashes")
		.action(async (options) => {
			const { session, action, limit } = options;
			const filter = {
				limit,
				...(session !== undefined && { target: session.trim().toUpperCase() }),
				...(action !== undefined && { action }),
			};
			const events = await withDatabase(configOf(options), "read", (database) =>
				listOperatorEvents(database, filter),
			);
			if (options.json) {
				printJson(events.map((event) => ({ ...event, details: JSON.parse(event.details) })));
				return;
			}
			const rows = events.map(({ sequence, at, actor, action, target, details }) => [
				String(sequence),
				at,
				actor,
				action,
				target ?? "",
				details === "{}" ? "" : details,
			]);
			printTable(["NUMBER", "TIME", "WHO", "WHAT", "SESSION", "DETAILS"], rows);
		});

	withSettings(audit.command("verify"), ["database_url"])
		.description("look whether an event was changed, deleted, moved or cut off; changes nothing")
		.option("--expect <NUMBER:HASH>", "a head that an earlier verification printed and you noted", parseHead)
		.option("--json", "as JSON")
		.action(async (options) => {
			const report = await withDatabase(configOf(options), "read", (database) =>
				verifyOperatorLog(database, options.expect ?? null),
			);
			if (options.json) printJson(report);
			else if (report.ok) {
				print(`The log is whole: ${counted(report.head.events, "event")}.`);
				print(
					`Its head is ${report.head.events}:${report.head.hash}. Note it elsewhere, and give it to --expect next time:`,
				);
				print(
					"An account that can write to the database can write the whole log anew; only a noted head shows that.",
				);
			}
			if (!report.ok) throw new OperatorError("difference", report.problem);
		});
}

function parseLimit(text: string): number {
	const limit = Number(text);
	if (!/^\d{1,9}$/.test(text) || limit < 1) throw new InvalidArgumentError("It must be a number from 1.");
	return limit;
}

function parseHead(text: string): LogHead {
	const found = /^(\d{1,9}):([0-9a-f]{64}|)$/.exec(text);
	if (!found) throw new InvalidArgumentError("It must be a number, a colon and a hash.");
	return { events: Number(found[1]), hash: found[2] ?? "" };
}
