import { isDeepStrictEqual } from "node:util";
import type { SessionSnapshot } from "@carhythm/core";
import type { SimulatedServer } from "../simulated-server.ts";
import { leftovers } from "./heal.ts";
import type { Attempt, Story } from "./story.ts";

type Event = {
	kind: string;
	question_id: number | null;
	value: string | null;
	outcome: "applied" | "superseded" | "late";
	operation_id: string;
	at: string;
	result: string;
};

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
			...checkHistory(attempts, events),
			...checkSeen(attempts, events, snapshot),
			...checkOrder(story, attempts, events, snapshot),
			...checkPoints(events, snapshot),
			...(await checkRows(story, session_id, snapshot, events)),
		);
	}
	return wrong;
}

export async function snapshotOf(server: SimulatedServer, session_id: string): Promise<SessionSnapshot> {
	const response = await server.request(`/api/v2/session/${session_id}`, {});
	return (await response.json()) as SessionSnapshot;
}

export function historyOf(server: SimulatedServer, session_id: string): Promise<Event[]> {
	return server
		.database()
		.reader.selectFrom("session_events")
		.innerJoin("student_responses", "student_responses.id", "session_events.response_id")
		.select(["kind", "question_id", "value", "outcome", "operation_id", "at", "result"])
		.where("session_id", "=", session_id)
		.orderBy("revision")
		.execute();
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
function checkViews({ lines }: Story, snapshot: SessionSnapshot): string[] {
	return lines.flatMap(({ device, tab }) => {
		const { session } = tab ?? {};
		if (session?.session_id !== snapshot.session.session_id) return [];
		return isDeepStrictEqual(session.state, snapshot.session)
			? []
			: [
					`A page on ${device.name} shows ${JSON.stringify(session.state)} and not ${JSON.stringify(snapshot.session)}.`,
				];
	});
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

const givenValue = ({ value }: Event) =>
	value === null ? null : (JSON.parse(value) as { value?: number }).value;

/** What was kept is in the history once; what was refused never; and there is nothing that nobody gave. */
function checkHistory(attempts: readonly Attempt[], events: readonly Event[]): string[] {
	const answers = events.filter(({ kind }) => kind === "answer");
	const wrong = attempts.flatMap(({ number, question_id, value, fate }) => {
		const times = answers.filter(
			(event) => event.question_id === question_id && givenValue(event) === value,
		).length;
		const isRight = fate === "kept" ? times === 1 : fate === "refused" ? times === 0 : times <= 1;
		return isRight ? [] : [`Answer ${number} (${fate}) is in the history ${times} times.`];
	});
	const given = new Set(attempts.map(({ value }) => value));
	const strangers = answers.filter((event) => !given.has(givenValue(event) ?? -1));
	return [...wrong, ...strangers.map(({ value }) => `Nobody gave the answer ${value}.`)];
}

/** Whatever the clocks and the network did: an answer is later than the one that the student saw and changed by it. */
function checkSeen(
	attempts: readonly Attempt[],
	events: readonly Event[],
	{ session }: SessionSnapshot,
): string[] {
	const inTime = new Set(events.filter(({ outcome }) => outcome !== "late").map(givenValue));
	return attempts.flatMap(({ number, question_id, seen, value }) => {
		const standing = session.answers[question_id]?.answer;
		const isBeaten = standing?.type === "slider" && standing.value === seen && inTime.has(value);
		return isBeaten
			? [`Answer ${number} was given with ${seen} in view, which stands on question ${question_id}.`]
			: [];
	});
}

/**
 * A question that one window alone answers ends with the last of its answers that came in time, where the server can know the
 * order: see docs/guarantees.md.
 */
function checkOrder(
	story: Story,
	attempts: readonly Attempt[],
	events: readonly Event[],
	{ session }: SessionSnapshot,
): string[] {
	if (!story.order_known) return [];
	return story.lines.flatMap(({ own }) =>
		own.flatMap((question_id) => {
			const there = events.filter((event) => event.question_id === question_id && event.outcome !== "late");
			if (wasOnItsWayAlone(attempts, question_id)) return [];
			const values = new Set(there.map(givenValue));
			const last = attempts.filter(({ value }) => values.has(value)).at(-1);
			const standing = session.answers[question_id]?.answer;
			if (!last || (standing?.type === "slider" && standing.value === last.value)) return [];
			return [
				`Answer ${last.number} was the last to question ${question_id}, and ${JSON.stringify(standing)} stands.`,
			];
		}),
	);
}

/**
 * A page whose memory is all it has died with an answer under way: the next page knows nothing of it, and its student answers without
 * having it in view.
 */
function wasOnItsWayAlone(attempts: readonly Attempt[], question_id: number): boolean {
	return attempts.some(
		(attempt) =>
			attempt.question_id === question_id && attempt.fate === "open" && attempt.line.device.kind === "memory",
	);
}

/** Ten points for each question that was ever answered in time, as the results that were given out add up to. */
function checkPoints(events: readonly Event[], { progress }: SessionSnapshot): string[] {
	const counted = events.filter(({ kind, outcome }) => kind === "answer" && outcome !== "late");
	const due = 10 * new Set(counted.map(({ question_id }) => question_id)).size;
	const isRestored = events.some(({ kind }) => kind === "restore");
	const given = counted
		.map(({ result }) => (JSON.parse(result) as { result?: { xp_gained?: number } }).result?.xp_gained ?? 0)
		.reduce((sum, one) => sum + one, 0);
	// What came late and was applied by a restore had its reply before.
	const isRight = progress.total_xp === due && (isRestored ? given <= due : given === due);
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
