import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { aPredecessorDatabase, PREDECESSORS } from "../../testing/predecessor/databases.ts";
import type { RawRow } from "../../testing/predecessor/raw-store.ts";
import { migrateDown } from "../down.ts";
import { migrateUp } from "../runner.ts";
import { upgrade } from "../upgrade.ts";

type Contents = Readonly<Record<string, readonly RawRow[]>>;

/** What the repairs may change, by table; nothing else may. */
const REPAIRED: Readonly<Record<string, readonly string[]>> = {
	student_responses: ["status", "created_at", "completed_at", "last_activity"],
	feedbacks: ["created_at"],
	assessment_scores: ["calculated_at", "last_updated"],
	pages: ["created_at"],
	questions: ["created_at"],
	admins: ["created_at"],
	categories: ["created_at"],
	question_pool: ["created_at", "updated_at"],
};

/** A hash for each column of what there was before, of the same rows and columns afterwards. */
function hashes(before: Contents, now: Contents, leaveOut: Readonly<Record<string, readonly string[]>> = {}) {
	const all = Object.entries(before).flatMap(([table, rows]) => {
		const columns = Object.keys(rows[0] ?? {}).filter((column) => !leaveOut[table]?.includes(column));
		const same = table === "question_answers" && leaveOut !== NOTHING;
		const found = (now[table] ?? []).filter(({ id }) => !same || kept(before, id));
		return columns.map((column) => {
			const values = found.map((row) => [row["id"], row[column]]);
			return [`${table}.${column}`, createHash("sha256").update(JSON.stringify(values)).digest("hex")];
		});
	});
	return Object.fromEntries(all) as Readonly<Record<string, string>>;
}

/** Every third pair of a database and a state; all of them in the campaign. */
const STATES =
	process.env["CARHYTHM_STATES"] === "all" ? PREDECESSORS : PREDECESSORS.filter((_, i) => i % 3 === 0);

const NOTHING = {};
/** States in which everything is adopted a second time, after which everything is as after the first. */
const AGAIN: readonly string[] = ["guide", "names_upper", "naive_times"];

/** The answers that stand: of several to one question the newest. */
function kept({ question_answers = [] }: Contents, id: unknown): boolean {
	const own = question_answers.find((row) => row["id"] === id);
	return !question_answers.some(
		(row) =>
			row["response_id"] === own?.["response_id"] &&
			row["question_id"] === own?.["question_id"] &&
			Number(row["id"]) > Number(id),
	);
}

function statuses({ student_responses = [] }: Contents): Record<string, unknown> {
	return Object.fromEntries(student_responses.map((row) => [row["id"], row["status"]]));
}

/** What the labels say, in whatever words they were; who has a completed_at is completed. */
const LABELLED = {
	1: "active",
	2: "completed",
	3: "user_abandoned_not_completed",
	4: "active",
	5: "active",
	6: "completed",
	8: "active",
	9: "completed",
};

test.each(STATES)("$state on $engine is taken over and given back as it was", async ({ engine, state }) => {
	await using predecessor = await aPredecessorDatabase(engine, state);
	const before = await predecessor.contents();
	const answersOfFour = before["question_answers"]?.filter(({ response_id }) => response_id === 4);
	expect(answersOfFour).toHaveLength(state === "guide_empty" ? 0 : 6);
	const database = await predecessor.open();

	const { repairs, report } = await upgrade(database, {
		adopt: true,
		backup: false,
		now: () => new Date().toISOString(),
	});
	expect(report?.checks.filter(({ ok }) => !ok)).toEqual([]);
	const adopted = await predecessor.contents();
	expect(hashes(before, adopted, REPAIRED)).toEqual(hashes(before, before, REPAIRED));
	expect(adopted["session_details"]).toHaveLength(before["student_responses"]?.length ?? 0);
	expect(repairs.some((line) => line.startsWith("own_content: "))).toBe(state !== "guide_empty");
	const hadStatus = state !== "guide_empty" && "status" in (before["student_responses"]?.[0] ?? {});
	if (hadStatus) expect(statuses(adopted)).toMatchObject(LABELLED);
	expect(await migrateUp(database)).toMatchObject({ applied: [], repairs: [] });

	await migrateDown(database, { to: 2 });
	const after = await predecessor.contents();
	expect(hashes(before, after, NOTHING)).toEqual(hashes(before, before, NOTHING));
	for (const [table, rows] of Object.entries(before)) expect(after[table], table).toHaveLength(rows.length);

	if (!AGAIN.includes(state)) return;
	await migrateUp(database);
	const again = await predecessor.contents();
	for (const [table, rows] of Object.entries(adopted)) {
		if (!/^(undo_|migration_)/.test(table)) expect(again[table], table).toEqual(rows);
	}
});
