import { sql } from "kysely";
import type { Task, WholeStep } from "../migration.ts";
import { dropKept } from "../steps/undo-tables.ts";
import { givenBack, takeBack } from "./given-back.ts";
import { hasTable } from "./original-values.ts";
import { ORIGINAL_RESPONSES } from "./repair-responses.ts";
import type { Rule } from "./response-rules.ts";

const RULES: Readonly<Record<Rule, string>> = {
	label: "responses say their status in our labels now",
	finished: "responses have a completed_at and are completed now, whatever their label said",
	time_format: "responses have times in one form now",
	unreadable_time:
		"responses had a time that is missing or cannot be read; the best that is known took its place",
	last_activity: "responses have the newest moment that is known of them as their last activity now",
};

/** Said once at the end and from what is stored, so that an interrupted run says the same. */
const sayRules: Task = {
	name: "say_rules",
	version: 1,
	async run(tx, context) {
		const { dialect, report } = context;
		for (const table of ["pages", "questions"] as const)
			await takeBack(tx, context, { table, columns: ["created_at"] });
		await dropKept(tx, givenBack("student_responses"));
		if (!(await hasTable(tx, dialect, ORIGINAL_RESPONSES))) return;
		const { rows } = await sql<{ rules: string; n: number }>`
			SELECT rules, count(*) AS n FROM ${sql.table(ORIGINAL_RESPONSES)} GROUP BY rules`.execute(tx);
		for (const [rule, sentence] of Object.entries(RULES)) {
			const n = rows.reduce((sum, row) => sum + (row.rules.split(" ").includes(rule) ? Number(row.n) : 0), 0);
			if (n > 0) report(`${rule}: ${n} ${sentence}`);
		}
	},
};

export const repairsReported: WholeStep = {
	id: "repairs_reported",
	mode: "whole",
	about: "counts what the repairs changed, rule by rule",
	probe: "ledger",
	locks: [],
	changes: { columns: ["pages.created_at", "questions.created_at"] },
	actions: { sqlite: [sayRules], postgres: [sayRules] },
};
