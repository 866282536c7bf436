import { randomBytes } from "node:crypto";
import { mintOperationId, type SessionId, toInstant } from "@carhythm/core";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { createStore } from "../../db/create-store.ts";
import type { Database } from "../../db/dialect.ts";
import { problems, withoutBackup } from "../../testing/migrations/round-trip.ts";
import { aPredecessorDatabase } from "../../testing/predecessor/databases.ts";
import { engine } from "../../testing/stores/an-engine.ts";
import { downgrade, upgrade } from "../upgrade.ts";
import { verify } from "../verify/verify.ts";

const mint = () => mintOperationId((count) => randomBytes(count));

/** What the existing product reads of its sessions, without their ids. */
async function found(database: Database) {
	const { rows } = await sql<object>`
		SELECT id, CAST(status AS TEXT) AS status, CAST(created_at AS TEXT) AS created_at,
			CAST(last_activity AS TEXT) AS last_activity
		FROM student_responses ORDER BY id`.execute(database.db);
	return rows;
}

test("sessions of an adopted database that have moved get back what the adoption found, and move on after it", async () => {
	await using predecessor = await aPredecessorDatabase(engine, "names_upper");
	const database = await predecessor.open();
	const before = await found(database);
	await upgrade(database, { ...withoutBackup, adopt: true });
	const now = () => toInstant(Date.now());
	const store = createStore(database, { now, randomBytes, expiry_days: 30 });
	const rows = await database.db.selectFrom("student_responses").select(["id", "session_id"]).execute();
	const moved = new Map<number, SessionId>();
	for (const { id, session_id } of rows) {
		const outcome = await store.sessions.leaveOthers(session_id as SessionId, mint());
		if (!outcome.ok) throw new Error("The session did not move.");
		moved.set(id, outcome.session.state.session_id);
	}
	await downgrade(database, { ...withoutBackup, to: 2 });
	expect(await found(database)).toEqual(before);

	const { report } = await upgrade(database, { ...withoutBackup, adopt: true });
	expect([...problems(report), ...problems(await verify(database))]).toEqual([]);
	for (const { id, session_id } of rows) {
		const present = await store.sessions.findByFormer(session_id as SessionId);
		expect(present?.state.session_id).toBe(moved.get(id));
	}
	store.notifier.close();
	await database.close();
});
