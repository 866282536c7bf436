import { isDeepStrictEqual } from "node:util";
import type { SessionSnapshot, SessionState } from "@carhythm/core";
import { checkDeeds } from "./checks-of-deeds.ts";
import { leftovers } from "./heal.ts";
import { type Event, historyOf, snapshotOf } from "./stored.ts";
import type { Story } from "./story.ts";

/** Everything that must be true once all is well again. @returns what is not, in words */
export async function check(story: Story): Promise<string[]> {
	const wrong = [
		...(await leftovers(story)).map((one) => `Left in a storage: ${one}.`),
		...checkSaved(story),
		...story.wrong,
	];
	for (const session_id of story.sessions) {
		const snapshot = await snapshotOf(story.surroundings.server, session_id);
		const events = await historyOf(story.surroundings.server, session_id);
		const attempts = story.attempts.filter((attempt) => attempt.session_id === session_id);
		wrong.push(
			...checkViews(story, snapshot),
			...checkHolder(story, snapshot, events),
			...checkDeeds(story, attempts, events, snapshot.session),
			...checkPoints(events, snapshot),
			...(await checkRows(story, session_id, snapshot, events)),
		);
	}
	return wrong;
}

function checkSaved({ lines }: Story): string[] {
	return lines.flatMap(({ device, tab }) => {
		const { save, refused } = tab?.session ?? {};
		return [
			...(save && save.kind !== "saved" ? [`A page on ${device.name} says ${JSON.stringify(save)}.`] : []),
			...(refused && refused.length > 0
				? [`On ${device.name} was refused: ${JSON.stringify(refused)}.`]
				: []),
		];
	});
}

/** Every page shows what the server has. */
function checkViews({ lines, tally, unfound }: Story, snapshot: SessionSnapshot): string[] {
	const mayBeLost = !!tally["storage cleared"] && !!tally["forgotten by a browser"];
	return lines.flatMap(({ device, tab }) => {
		const { session } = tab ?? {};
		if (!tab || session?.session_id !== snapshot.session.session_id) return [];
		const asShown = mayBeLost && unfound.has(tab) ? withoutTimes : (state: SessionState) => state;
		return isDeepStrictEqual(asShown(session.state), asShown(snapshot.session))
			? []
			: [
					`A page on ${device.name} shows ${JSON.stringify(session.state)} and not ${JSON.stringify(snapshot.session)}.`,
				];
	});
}

/**
 * A page that lost its storage and its cookie does not find the session again to ask for it: the times that
 * it shows are its own.
 */
function withoutTimes(state: SessionState): unknown {
	return JSON.parse(
		JSON.stringify(state, (key, value) => (key === "at" || key === "last_activity" ? undefined : value)),
	);
}

/** The device that took the session last has it, and it alone. */
function checkHolder({ lines }: Story, { session }: SessionSnapshot, events: readonly Event[]): string[] {
	const wrong: string[] = [];
	const last = events.findLast(({ kind, outcome }) => kind === "hold" && outcome !== "late");
	const taker = last?.value ? (JSON.parse(last.value) as { device_id: string }).device_id : undefined;
	if (session.holder?.device_id !== taker) {
		wrong.push(`${JSON.stringify(session.holder)} holds the session that ${taker} took last.`);
	}
	if (!session.holder) return wrong;
	const there = lines.filter(({ tab }) => tab?.session?.session_id === session.session_id);
	const free = new Set(
		there.filter(({ tab }) => !tab?.session?.held_elsewhere).map(({ device }) => device.name),
	);
	if (free.size > 1) wrong.push(`${[...free].join(" and ")} both believe that they hold the session.`);
	return wrong;
}

/** Ten points for each question that was ever answered in time, as the results that were given out add up to. */
function checkPoints(events: readonly Event[], { progress }: SessionSnapshot): string[] {
	const counted = events.filter(({ kind, outcome }) => kind === "answer" && outcome !== "late");
	const due = 10 * new Set(counted.map(({ question_id }) => question_id)).size;
	const results = counted.map(
		({ result }) => (JSON.parse(result) as { result?: { status?: string; xp_gained?: number } }).result,
	);
	const given = results.reduce((sum, result) => sum + (result?.xp_gained ?? 0), 0);
	// What came late had its reply before it was applied: by a restore, or with the next operation that was taken in.
	const cameLate =
		events.some(({ kind }) => kind === "restore") || results.some((one) => one?.status === "late");
	const isRight = progress.total_xp === due && (cameLate ? given <= due : given === due);
	return isRight ? [] : [`${progress.total_xp} points, where ${due} are due and ${given} were given out.`];
}

async function checkRows(
	{ surroundings }: Story,
	session_id: string,
	{ session, progress }: SessionSnapshot,
	events: readonly Event[],
): Promise<string[]> {
	const answers = await surroundings.server
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
