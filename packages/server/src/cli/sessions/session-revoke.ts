import { randomBytes } from "node:crypto";
import { toInstant } from "@carhythm/core";
import type { Command } from "commander";
import { createAssessmentStore } from "../../db/content/assessments.ts";
import { type Revoked, revokeSession } from "../../db/operator/revoke-session.ts";
import { print, printJson } from "../output.ts";
import { systemUser } from "../recording.ts";
import { configOf, withDatabase, withSettings } from "../settings.ts";
import { displayIdOf } from "./session-admin-of.ts";
import { unknownSession } from "./session-show-history.ts";

/** `carhythm session revoke` */
export function addRevokeCommand(session: Command): void {
	withSettings(session.command("revoke"), ["database_url", "session_expiry_days"])
		.description(
			"give one session a new id, so that no device opens it any more, and print a code for its student",
		)
		.argument("<display-id>", "for example 7GK2M-9XQ4T")
		.option("--json", "as JSON")
		.action(async (typed: string, options) => {
			const config = configOf(options);
			const display_id = displayIdOf(typed);
			const revoked = await withDatabase(config, "read", (database) =>
				revokeSession(database, display_id, {
					assessments: createAssessmentStore(database),
					now: () => toInstant(Date.now()),
					randomBytes,
					expiry_days: config.session_expiry_days,
					actor: systemUser(),
				}),
			);
			if (!revoked) throw unknownSession(display_id);
			if (options.json) printJson({ display_id, ...revoked });
			else report(display_id, revoked);
		});
}

function report(display_id: string, { hand_off, why_no_code }: Revoked): void {
	print(`The session ${display_id} has a new id. No device opens it any more.`);
	print("What devices had queued under the former id is still taken in.");
	if (hand_off) print(`Code for its student, once and until ${hand_off.expires_at}: ${hand_off.code}`);
	else print(`There is no code to continue with: ${why_no_code}`);
}
