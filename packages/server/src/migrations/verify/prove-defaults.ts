import { randomUUID } from "node:crypto";
import { Instant } from "@carhythm/core";
import { type RawBuilder, sql, type Transaction } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { errorCode } from "../../db/errors.ts";
import type { Schema } from "../../db/schema.ts";

/** Ends the transaction in any case: nothing of a proof stays. */
class Enough extends Error {}

/**
 * Puts a response into the table as a program would that knows nothing of phase 1, looks what the database
 * made of it, tries what must be refused, and takes everything back.
 * @returns what does not hold, each in one sentence
 */
export async function proveDefaults(database: Database): Promise<string[]> {
	const problems: string[] = [];
	try {
		await database.db.transaction().execute(async (tx) => {
			await prove(database, tx, problems);
			throw new Enough();
		});
	} catch (error) {
		if (!(error instanceof Enough)) throw error;
	}
	return problems;
}

async function prove(database: Database, tx: Transaction<Schema>, problems: string[]): Promise<void> {
	const session_id = randomUUID();
	const insert = (id: string, more: { column: string; value: RawBuilder<unknown> } | null) => sql`
		INSERT INTO student_responses
			(session_id, email, full_name, age_group, country, origin_country${more ? sql`, ${sql.ref(more.column)}` : sql``})
		VALUES (${id}, 'proof', 'proof', 'proof', 'proof', 'proof'${more ? sql`, ${more.value}` : sql``})`;

	const before = await presentMoment(database, tx);
	const refused = await attempt(tx, insert(session_id, null));
	if (refused === "23505") {
		problems.push("A new response gets an id that another one has: the sequence is behind its table.");
		return;
	}
	if (refused) {
		problems.push(`A response without the columns of phase 1 is refused (${refused}).`);
		return;
	}
	const row = await tx
		.selectFrom("student_responses")
		.select(["id", "status", "last_activity", "current_page_id", "created_at"])
		.where("session_id", "=", session_id)
		.executeTakeFirstOrThrow();
	const after = await presentMoment(database, tx);
	if (row.status !== "active") problems.push(`A new response has the status ${row.status}, not active.`);
	if (row.current_page_id !== null) problems.push("A new response has a current page.");
	if (!isBetween(before, row.last_activity, after)) {
		problems.push("A new response does not get the present moment as its last activity.");
	}

	const wrong = { column: "status", value: sql.lit("nonsense") };
	if (!(await attempt(tx, insert(randomUUID(), wrong)))) {
		problems.push("A status that does not exist is taken.");
	}
	const nowhere = { column: "current_page_id", value: sql.lit(-1) };
	if (!(await attempt(tx, insert(randomUUID(), nowhere)))) {
		problems.push("A current page that does not exist is taken.");
	}
	if (!(await attempt(tx, insert(session_id, null)))) problems.push("A session id is taken twice.");
	const orphan = sql`INSERT INTO question_answers (response_id, question_id) VALUES (-1, -1)`;
	if (!(await attempt(tx, orphan))) problems.push("An answer of a response that does not exist is taken.");
}

/** @returns the error's code when the statement breaks a rule of the table; null when it is taken */
async function attempt(tx: Transaction<Schema>, statement: RawBuilder<unknown>): Promise<string | null> {
	await sql`SAVEPOINT proof`.execute(tx);
	try {
		await statement.execute(tx);
		return null;
	} catch (error) {
		const code = errorCode(error) ?? "";
		// A rule of the table, or a word that is no label of the type.
		if (!/^(SQLITE_CONSTRAINT|23...$|22P02$)/.test(code)) throw error;
		await sql`ROLLBACK TO SAVEPOINT proof`.execute(tx);
		return code;
	}
}

async function presentMoment(database: Database, tx: Transaction<Schema>): Promise<string> {
	const { rows } = await sql<{ now: string }>`SELECT ${sql.raw(database.dialect.now)} AS now`.execute(tx);
	return rows[0]?.now ?? "";
}

/** Both bounds are in the form of `Instant`, whose texts sort as their times do. */
function isBetween(from: string, value: string | null, to: string): boolean {
	return Instant.safeParse(value).success && value !== null && from <= value && value <= to;
}
