import { isDeepStrictEqual } from "node:util";
import type { SessionSnapshot, SessionState } from "@carhythm/core";
import { remainingRecords } from "../recovery.ts";
import type { Scenario } from "../scenario.ts";
import { checkActions } from "./check-actions.ts";
import { type HistoryEvent, readHistory, readSnapshot } from "./session-history.ts";

/**
 * Checks the invariants of a scenario that has recovered: outboxes are empty, pages agree with the server,
 * and every session's history shows what its students were told.
 * @returns the violations, in words
 */
export async function checkScenario(scenario: Scenario): Promise<string[]> {
	const violations = [
		...(await remainingRecords(scenario)).map((one) => `Left in a storage: ${one}.`),
		...checkSaved(scenario),
		...scenario.violations,
	];
	for (const session_id of scenario.sessions) {
		const snapshot = await readSnapshot(scenario.environment.server, session_id);
		const events = await readHistory(scenario.environment.server, session_id);
		const actions = scenario.actions.filter((action) => action.session_id === session_id);
		violations.push(
			...checkViews(scenario, snapshot),
			...checkHolder(scenario, snapshot, events),
			...checkActions(scenario, actions, events, snapshot.session),
			...checkPoints(events, snapshot),
			...(await checkRows(scenario, session_id, snapshot, events)),
		);
	}
	return violations;
}

/** Every page says "saved", and the server has refused nothing. */
function checkSaved({ windows }: Scenario): string[] {
	return windows.flatMap(({ device, tab }) => {
		const { save, refused } = tab?.session ?? {};
		return [
			...(save && save.kind !== "saved" ? [`A page on ${device.name} says ${JSON.stringify(save)}.`] : []),
			...(refused && refused.length > 0
				? [`On ${device.name} was refused: ${JSON.stringify(refused)}.`]
				: []),
		];
	});
}

/** Every page shows the state that the server has. */
function checkViews({ windows, event_counts, unfound_tabs }: Scenario, snapshot: SessionSnapshot): string[] {
	const mayBeLost = !!event_counts["storage cleared"] && !!event_counts["browser reset"];
	return windows.flatMap(({ device, tab }) => {
		const { session } = tab ?? {};
		if (!tab || session?.session_id !== snapshot.session.session_id) return [];
		const asShown = mayBeLost && unfound_tabs.has(tab) ? withoutTimes : (state: SessionState) => state;
		return isDeepStrictEqual(asShown(session.state), asShown(snapshot.session))
			? []
			: [
					`A page on ${device.name} shows ${JSON.stringify(session.state)} and not ${JSON.stringify(snapshot.session)}.`,
				];
	});
}

/**
 * Leaves out times. A page that lost its storage and its cookie cannot load the session, and estimates them.
 */
function withoutTimes(state: SessionState): unknown {
	return JSON.parse(
		JSON.stringify(state, (key, value) => (key === "at" || key === "last_activity" ? undefined : value)),
	);
}

/** The device of the last hold has the session, and no other device believes so. */
function checkHolder(
	{ windows }: Scenario,
	{ session }: SessionSnapshot,
	events: readonly HistoryEvent[],
): string[] {
	const wrong: string[] = [];
	const last = events.findLast(({ kind, outcome }) => kind === "hold" && outcome !== "late");
	const holder_id = last?.value ? (JSON.parse(last.value) as { device_id: string }).device_id : undefined;
	if (session.holder?.device_id !== holder_id) {
		wrong.push(`${JSON.stringify(session.holder)} holds the session that ${holder_id} took last.`);
	}
	if (!session.holder) return wrong;
	const there = windows.filter(({ tab }) => tab?.session?.session_id === session.session_id);
	const free = new Set(
		there.filter(({ tab }) => !tab?.session?.held_elsewhere).map(({ device }) => device.name),
	);
	if (free.size > 1) wrong.push(`${[...free].join(" and ")} both believe that they hold the session.`);
	return wrong;
}

/** XP is ten for each question that was ever answered in time, and the stored results add up to it. */
function checkPoints(events: readonly HistoryEvent[], { progress }: SessionSnapshot): string[] {
	const counted = events.filter(({ kind, outcome }) => kind === "answer" && outcome !== "late");
	const due = 10 * new Set(counted.map(({ question_id }) => question_id)).size;
	const results = counted.map(
		({ result }) => (JSON.parse(result) as { result?: { status?: string; xp_gained?: number } }).result,
	);
	const given = results.reduce((sum, result) => sum + (result?.xp_gained ?? 0), 0);
	// A late answer got its result before it was applied (by a restore, or with the next operation), so
	// without XP.
	const cameLate =
		events.some(({ kind }) => kind === "restore") || results.some((one) => one?.status === "late");
	const isRight = progress.total_xp === due && (cameLate ? given <= due : given === due);
	return isRight ? [] : [`${progress.total_xp} points, where ${due} are due and ${given} were given out.`];
}

/** Counters equal the rows that they count. */
async function checkRows(
	{ environment }: Scenario,
	session_id: string,
	{ session, progress }: SessionSnapshot,
	events: readonly HistoryEvent[],
): Promise<string[]> {
	const answers = await environment.server
		.database()
		.reader.selectFrom("question_answers")
		.innerJoin("student_responses", "student_responses.id", "question_answers.response_id")
		.select("question_id")
		.where("session_id", "=", session_id)
		.execute();
	const isRight = answers.length === progress.questions_answered && events.length === session.revision;
	return isRight
		? []
		: [
				`${answers.length} answers and ${events.length} events are counted as ${progress.questions_answered} and ${session.revision}.`,
			];
}
