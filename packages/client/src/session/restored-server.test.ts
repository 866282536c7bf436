import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import { createServerEvents } from "../testing/server-events.ts";
import { begin, essay, mintId, openTab, resumeSession, saved, slider, type World } from "../testing/visit.ts";
import { createWorld, isSync, until } from "../testing/world.ts";

// The server's database comes back from a backup that is older than what it has acknowledged.

function answerOnServer(world: World, session_id: string, question_id: number) {
	return world.server.stateOf(session_id).answers[question_id]?.answer ?? null;
}

/**
 * What another device of the student does meanwhile, until the server's numbers are above those that this
 * device knows.
 */
function overtakes(world: World, session_id: string, revision: number): void {
	while (world.server.stateOf(session_id).revision <= revision) {
		const answer = slider(1 + (world.server.stateOf(session_id).revision % 5));
		world.server.elsewhere(session_id, mintId(), { kind: "answer", question_id: 3, answer });
	}
}

describe.each([
	["by the command", { by_hand: false }],
	["by hand", { by_hand: true }],
])("a backup restored %s", (_, how) => {
	test("gets back a changed answer and a new one at the next visit", async () => {
		const world = createWorld();
		const { storage, session, client } = await begin(world);
		await session.answer(1, slider(2));
		await until(saved(session), "the first answer is saved");
		const backup = world.server.backup();
		await session.answer(1, slider(5));
		await session.answer(2, slider(3));
		await until(saved(session), "both are saved");
		client.close();
		world.server.restoreBackup(backup, how);

		const back = await resumeSession(openTab(world, storage).client);
		await back.flush();
		await until(saved(back), "what was lost is saved again");
		expect(answerOnServer(world, back.session_id, 1)).toEqual(slider(5));
		expect(answerOnServer(world, back.session_id, 2)).toEqual(slider(3));
	});

	test("is heard of by a page that is idle, which calls nothing saved until the server has all again", async () => {
		const world = createWorld();
		const events = createServerEvents();
		const { session } = await begin(world, { listen: events.listen });
		session.follow();
		const backup = world.server.backup();
		await session.answer(1, slider(5));
		await until(saved(session), "the answer is saved");
		world.server.restoreBackup(backup, how);

		// The stream breaks with the server that was stopped; the next one tells how things are.
		events.fail();
		world.network.fault = (request) => (isSync(request) ? { kind: "request_lost" } : null);
		await world.advance(70_000);
		const { revision, status, holder } = world.server.stateOf(session.session_id);
		const incarnation = how.by_hand ? "first" : "first, restored";
		events.send({ revision, status, holder, incarnation });
		await until(() => session.save.kind !== "saved", "nothing is called saved");
		world.network.fault = () => null;
		await world.advance(70_000);
		await until(saved(session), "the answer is saved again");
		expect(answerOnServer(world, session.session_id, 1)).toEqual(slider(5));
	});

	test("gets the completion of a finished assessment again, on an open page and on the next visit", async () => {
		const world = createWorld();
		const { storage, session, client } = await begin(world);
		const backup = world.server.backup();
		await session.answer(1, slider(5));
		await session.complete();
		await until(saved(session), "the assessment is finished");
		world.server.restoreBackup(backup, how);

		const resumed = await openTab(world, storage).client.resume();
		expect(resumed.choice.kind).not.toBe("nothing");
		const tab = openTab(world, storage);
		const back = await resumeSession(tab.client);
		await back.flush();
		await until(() => world.server.stateOf(back.session_id).status === "completed", "it is finished again");
		expect(answerOnServer(world, back.session_id, 1)).toEqual(slider(5));
		expect(back.phase).toBe("completed");
		const { choice } = await openTab(world, storage).client.resume();
		expect(choice.kind).toBe("completed");
		client.close();
	});
});

test("an answer is given again also when the restored server's numbers have overtaken this device", async () => {
	const world = createWorld();
	const { storage, session, client } = await begin(world);
	await session.answer(1, slider(2));
	await until(saved(session), "the first answer is saved");
	const backup = world.server.backup();
	await session.answer(1, slider(5));
	await until(saved(session), "the changed answer is saved");
	const { revision } = session.state;
	client.close();
	world.server.restoreBackup(backup);
	overtakes(world, session.session_id, revision + 5);

	const back = await resumeSession(openTab(world, storage).client);
	await back.flush();
	await until(saved(back), "it is saved again");
	expect(answerOnServer(world, back.session_id, 1)).toEqual(slider(5));
	expect(back.state.answers[1]?.answer).toEqual(slider(5));
});

test("another device's later answer stays above the older one that is given again", async () => {
	const world = createWorld();
	const { storage, session, client } = await begin(world);
	const backup = world.server.backup();
	await session.answer(1, slider(2));
	await until(saved(session), "the answer is saved");
	client.close();
	world.server.restoreBackup(backup);
	await world.advance(60_000);
	world.server.elsewhere(session.session_id, mintId(), {
		kind: "answer",
		question_id: 1,
		answer: slider(4),
	});

	const back = await resumeSession(openTab(world, storage).client);
	await back.flush();
	await until(saved(back), "the older one is in the history");
	expect(answerOnServer(world, back.session_id, 1)).toEqual(slider(4));
	expect(back.state.answers[1]?.answer).toEqual(slider(4));
});

test("half-typed text and the position come back as well", async () => {
	const world = createWorld();
	const { storage, session, client } = await begin(world);
	const backup = world.server.backup();
	await session.move(2);
	const essay_id = session.index.places.at(-1)?.question.id ?? 0;
	expect(await session.draft(essay_id, essay("half a sent"))).toMatchObject({ ok: true });
	await until(saved(session), "the draft is saved");
	client.close();
	world.server.restoreBackup(backup);

	const back = await resumeSession(openTab(world, storage).client);
	await back.flush();
	await until(saved(back), "it is saved again");
	const { drafts, place } = world.server.stateOf(back.session_id);
	expect(Object.values(drafts).map(({ draft }) => draft)).toEqual([essay("half a sent")]);
	expect(place?.question_id).toBe(2);
});

test("a server that was not restored is asked for nothing more than before", async () => {
	const world = createWorld();
	const { storage, session, client } = await begin(world);
	await session.answer(1, slider(2));
	await until(saved(session), "the answer is saved");
	client.close();
	const before = world.requests.length;
	const back = await resumeSession(openTab(world, storage).client);
	await until(saved(back), "it still is");
	expect(world.requests.slice(before).filter(isSync)).toEqual([]);
});
