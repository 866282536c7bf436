import { userInfo } from "node:os";
import { toInstant } from "@carhythm/core";
import { environmentOf } from "../config.ts";
import type { Database } from "../db/dialect.ts";
import { type Actor, type OperatorEvent, recordOperatorEvent } from "../db/operator-log/append.ts";
import { inTransaction } from "../db/transaction.ts";

/** Who runs this command: the user of the system, and who became that user by sudo. */
export function systemUser(): Actor {
	const before = environmentOf({})["SUDO_USER"];
	return { kind: "system_user", name: before ? `${userName()} (${before})` : userName() };
}

function userName(): string {
	try {
		return userInfo().username;
	} catch {
		// A container may run as a number that no user has.
		return `uid ${process.getuid?.() ?? "unknown"}`;
	}
}

/**
 * Records an act that changes nothing in the database, before its result is shown: what cannot be recorded
 * is not shown.
 */
export async function recordAct(database: Database, act: Omit<OperatorEvent, "actor">): Promise<void> {
	await inTransaction(database, (tx) =>
		recordOperatorEvent(tx, { actor: systemUser(), ...act }, toInstant(Date.now())),
	);
}
