import { sessionPage, toInstant } from "@carhythm/core";
import type { Command } from "commander";
import { createAssessmentStore } from "../../db/content/assessments.ts";
import { exportSession } from "../../db/sessions/export-session.ts";
import { refuseToReplace, writeTo } from "../export/export-file.ts";
import { tell } from "../output.ts";
import { recordAct } from "../recording.ts";
import { configOf, withDatabase, withSettings } from "../settings.ts";
import { displayIdOf } from "./session-admin-of.ts";
import { unknownSession } from "./session-show-history.ts";

/** `carhythm session export` */
export function addSessionExportCommand(session: Command): void {
	withSettings(session.command("export"), ["database_url"])
		.description(
			"everything that is stored of one session, for the person who gave it: as JSON, or as a page",
		)
		.argument("<display-id>", "for example 7GK2M-9XQ4T")
		.option("--out <file>", "write the JSON to a file (default: standard output)")
		.option("--page <file>", "also as a page that people can read and print (HTML)")
		.option("--force", "write over files that are there already")
		.action(async (typed: string, options) => {
			const display_id = displayIdOf(typed);
			const { out = null, page = null, force = false } = options;
			for (const file of [out, page]) if (file !== null) refuseToReplace(file, { force });
			await withDatabase(configOf(options), "read", async (database) => {
				const assessments = createAssessmentStore(database);
				const now = toInstant(Date.now());
				const exported = await exportSession(database, assessments, { display_id }, now);
				if (!exported) throw unknownSession(display_id);
				await recordAct(database, { action: "session.export", target: display_id });
				await writeTo({ file: out, force }, (write) => write(`${JSON.stringify(exported, null, 2)}\n`));
				if (page !== null) await writeTo({ file: page, force }, (write) => write(sessionPage(exported)));
				for (const file of [out, page]) if (file !== null) tell(`Wrote ${file}.`);
			});
		});
}
