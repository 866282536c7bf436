import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import { createMemoryStorage } from "./storage/memory.ts";
import { mintId, newStorage, openTab, resumeSession, saved, slider } from "./testing/visit.ts";
import { createWorld, until } from "./testing/world.ts";

describe("taking an assessment", () => {
	test("answers show at once, are on the device when the promise resolves, and reach the server", async () => {
		const world = createWorld();
		const { client } = openTab(world, await newStorage());
		const session = await client.start({ language: "en" });
		const promise = session.answer(1, slider(4));
		expect(session.state.answers[1]?.answer).toEqual(slider(4));
		expect(session.save).toEqual({ kind: "sending", pending: 1 });
		expect(await promise).toEqual({ ok: true, on_device: true });
		await until(saved(session), "the answer is saved");
		expect(world.server.stateOf(session.session_id).answers[1]?.answer).toEqual(slider(4));
		expect(session.takeBadges()).toEqual(["first_answer"]);
		expect(session.takeBadges()).toEqual([]);
	});

	test("what does not fit the question is refused with a reason, and nothing is queued", async () => {
		const world = createWorld();
		const { client } = openTab(world, await newStorage());
		const session = await client.start({ language: "en" });
		const outcome = await session.answer(1, slider(9));
		expect(outcome).toMatchObject({ ok: false, refusal: { code: "answer_out_of_range" } });
		expect(await session.answer(999, slider(1))).toMatchObject({ refusal: { code: "question_not_found" } });
		expect(session.state.answered).toBe(0);
		expect(session.save).toEqual({ kind: "saved" });
	});

	test("completing waits for what is queued, and closes the session for answers", async () => {
		const world = createWorld();
		const { client } = openTab(world, await newStorage());
		const session = await client.start({ language: "en" });
		void session.answer(1, slider(2));
		await session.complete();
		expect(session.phase).toBe("completed");
		expect(await session.answer(2, slider(2))).toMatchObject({ refusal: { code: "session_completed" } });
		await until(saved(session), "the completion is saved");
		const state = world.server.stateOf(session.session_id);
		expect(state.status).toBe("completed");
		expect(state.answered).toBe(1);
		expect(world.server.sessions.get(session.session_id)?.late).toBe(0);
	});

	test("in memory only, nothing is ever called on the device", async () => {
		const world = createWorld();
		const { client } = openTab(world, createMemoryStorage());
		const session = await client.start({ language: "en" });
		world.network.fault = () => ({ kind: "request_lost" });
		expect(await session.answer(1, slider(4))).toEqual({ ok: true, on_device: false });
		await until(() => session.save.kind === "memory_only", "the status says memory only");
		expect(session.save).toEqual({ kind: "memory_only", pending: 1, reason: "offline" });
	});
});

describe("starting", () => {
	test("shows at once what the server has", async () => {
		const world = createWorld();
		const session = await openTab(world, await newStorage()).client.start({ language: "ar" });
		expect(session.state).toEqual(world.server.stateOf(session.session_id));
	});

	test("a lost reply never makes two sessions, over a reload and with another language", async () => {
		const world = createWorld();
		const storage = await newStorage();
		const first = openTab(world, storage);
		world.network.fault = ({ path }) => (path.endsWith("/start") ? { kind: "reply_lost" } : null);
		await expect(first.client.start({ language: "en" })).rejects.toMatchObject({ name: "ServerUnreachable" });
		await expect(first.client.start({ language: "en" })).rejects.toMatchObject({ name: "ServerUnreachable" });
		first.client.close();

		world.network.fault = () => null;
		const session = await openTab(world, storage).client.start({ language: "ar" });
		expect(world.server.sessions.size).toBe(1);
		expect(session.state.language).toBe("ar");
		await until(saved(session), "the language is saved");
		expect(world.server.stateOf(session.session_id).language).toBe("ar");
	});

	test("two tabs that start at once get one session", async () => {
		const world = createWorld();
		const storage = await newStorage();
		const [one, two] = await Promise.all([
			openTab(world, storage).client.start({ language: "en" }),
			openTab(world, storage).client.start({ language: "en" }),
		]);
		expect(one.session_id).toBe(two.session_id);
		expect(world.server.sessions.size).toBe(1);
	});

	test("after a session has begun, the next start begins another", async () => {
		const world = createWorld();
		const { client } = openTab(world, await newStorage());
		const one = await client.start({ language: "en" });
		const two = await client.start({ language: "en" });
		expect(two.session_id).not.toBe(one.session_id);
	});

	test("a refused start says why, and does not stand in the way of the next", async () => {
		const world = createWorld();
		const { client } = openTab(world, await newStorage());
		const refused = client.start({ language: "en", assessment: "unknown" });
		await expect(refused).rejects.toMatchObject({
			name: "RequestRefused",
			problem: { code: "assessment_not_found" },
		});
		expect((await client.start({ language: "en" })).phase).toBe("active");
	});

	test("Start Fresh sets the old session aside, whose unsent answers still arrive, as late", async () => {
		const world = createWorld();
		const { client } = openTab(world, await newStorage());
		const old = await client.start({ language: "en" });
		world.network.fault = ({ path }) => (path.endsWith("/sync") ? { kind: "request_lost" } : null);
		await old.answer(1, slider(4));
		const fresh = await client.start({ language: "en", replaces: old.session_id });
		expect(old.phase).toBe("abandoned");
		expect(fresh.state.answered).toBe(0);
		world.network.fault = () => null;
		await world.advance(120_000);
		expect(world.server.sessions.get(old.session_id)?.late).toBe(1);
		expect(world.server.stateOf(fresh.session_id).answered).toBe(0);
		expect(old.save).toEqual({ kind: "saved" });
		expect((await client.resume()).choice).toMatchObject({
			kind: "untouched",
			state: { session_id: fresh.session_id },
		});
	});

	test("Start Fresh can be undone", async () => {
		const world = createWorld();
		const { client } = openTab(world, await newStorage());
		const old = await client.start({ language: "en" });
		await old.answer(1, slider(4));
		await until(saved(old), "the answer is saved");
		const fresh = await client.start({ language: "en", replaces: old.session_id });
		const again = await client.restore(old.session_id);
		expect(again.phase).toBe("active");
		expect(again.state.answers[1]?.answer).toEqual(slider(4));
		await until(() => fresh.phase === "abandoned", "the server has told of the other one");
		expect(await again.answer(2, slider(3))).toMatchObject({ ok: true });
		expect((await client.resume()).choice).toMatchObject({
			kind: "continue",
			state: { session_id: old.session_id },
		});
	});
});

describe("coming back", () => {
	test("to nothing", async () => {
		const world = createWorld();
		const { client } = openTab(world, await newStorage());
		expect(await client.resume()).toEqual({ choice: { kind: "nothing" }, index: null, server: "reached" });
	});

	test("to the very question, language and half-typed text, offline too", async () => {
		const world = createWorld();
		const storage = await newStorage();
		const first = openTab(world, storage);
		const session = await first.client.start({ language: "en" });
		await session.answer(1, slider(4));
		await session.move(13, "ar");
		await session.draft(13, { type: "essay", text: "half a sen" });
		first.client.close();

		world.network.fault = () => ({ kind: "request_lost" });
		const { client } = openTab(world, storage);
		const { choice, server } = await client.resume();
		expect(server).toBe("unreachable");
		expect(choice).toMatchObject({ kind: "continue", expires_at: null });
		const again = await resumeSession(client);
		expect(again.state.place?.question_id).toBe(13);
		expect(again.state.language).toBe("ar");
		expect(again.state.drafts[13]?.draft).toEqual({ type: "essay", text: "half a sen" });
		expect(again.state.answered).toBe(1);
	});

	test("a killed page between storing and sending loses nothing", async () => {
		const world = createWorld();
		const storage = await newStorage();
		const first = openTab(world, storage);
		const session = await first.client.start({ language: "en" });
		world.network.fault = ({ path }) => (path.endsWith("/sync") ? { kind: "silence" } : null);
		await session.answer(1, slider(5));
		first.client.close();

		world.network.fault = () => null;
		// The dead page's request holds its lock until it times out; then the next page sends.
		openTab(world, storage);
		await world.advance(30_000);
		expect(world.server.stateOf(session.session_id).answers[1]?.answer).toEqual(slider(5));
	});

	test("the cookie finds the session when the storage is gone", async () => {
		const world = createWorld();
		const first = openTab(world, await newStorage());
		const session = await first.client.start({ language: "en" });
		await session.answer(3, slider(2));
		await until(saved(session), "the answer is saved");
		first.client.close();

		const again = await resumeSession(openTab(world, await newStorage()).client);
		expect(again.session_id).toBe(session.session_id);
		expect(again.state.answers[3]?.answer).toEqual(slider(2));
		expect(again.display_id).toBe("7GK2M-9XQ4T");
	});

	test("the cookie alone brings no session back in which nothing was answered", async () => {
		const world = createWorld();
		const first = openTab(world, await newStorage());
		const planted = await first.client.start({ language: "en" });
		first.client.close();
		expect(world.server.cookie()).toBe(planted.session_id);

		const { client } = openTab(world, await newStorage());
		expect(await client.resume()).toMatchObject({ choice: { kind: "nothing" }, server: "reached" });
		expect((await client.start({ language: "en" })).session_id).not.toBe(planted.session_id);
	});

	test("an empty page of a captive portal does not mean that there is no session", async () => {
		const world = createWorld();
		world.network.fault = () => ({ kind: "intercepted", status: 200, body: "" });
		const { client } = openTab(world, await newStorage());
		expect(await client.resume()).toMatchObject({ choice: { kind: "nothing" }, server: "unreachable" });
	});

	test("a look at the server that is older than what it has acknowledged takes nothing away", async () => {
		const world = createWorld();
		const { client } = openTab(world, await newStorage());
		const session = await client.start({ language: "en" });
		const path = `/api/v2/session/${session.session_id}`;
		const old = JSON.stringify(world.server.handle("GET", path, undefined).body);
		await session.answer(1, slider(4));
		await until(saved(session), "the answer is saved");
		world.network.fault = (request) =>
			request.path === path ? { kind: "intercepted", status: 200, body: old } : null;
		expect((await client.resume()).choice).toMatchObject({ kind: "continue", state: { answered: 1 } });
		expect(session.state.answers[1]?.answer).toEqual(slider(4));
	});

	test("the server's answers and the unsent ones of this device come together", async () => {
		const world = createWorld();
		const storage = await newStorage();
		const first = openTab(world, storage);
		const session = await first.client.start({ language: "en" });
		world.network.fault = ({ path }) => (path.endsWith("/sync") ? { kind: "request_lost" } : null);
		await session.answer(1, slider(1));
		await session.answer(2, slider(1));
		first.client.close();
		await world.advance(60_000);
		world.server.elsewhere(session.session_id, mintId(), {
			kind: "answer",
			question_id: 2,
			answer: slider(5),
		});
		world.server.elsewhere(session.session_id, mintId(), {
			kind: "answer",
			question_id: 3,
			answer: slider(5),
		});

		const second = openTab(world, storage);
		const { choice } = await second.client.resume();
		expect(choice).toMatchObject({ kind: "continue", pending: 2 });
		const again = await second.client.open(choice as Exclude<typeof choice, { kind: "nothing" | "moved" }>);
		const values = () => [1, 2, 3].map((id) => again.state.answers[id]?.answer);
		// The other device answered question 2 later.
		expect(values()).toEqual([slider(1), slider(5), slider(5)]);
		world.network.fault = () => null;
		await again.flush();
		await until(saved(again), "everything is saved");
		expect(values()).toEqual([slider(1), slider(5), slider(5)]);
		const state = world.server.stateOf(session.session_id);
		expect([1, 2, 3].map((id) => state.answers[id]?.answer)).toEqual(values());
	});

	test("to a session that the server does not know: everything is kept, and sent when it knows it again", async () => {
		const world = createWorld();
		const storage = await newStorage();
		const { client } = openTab(world, storage);
		const session = await client.start({ language: "en" });
		const kept = world.server.sessions.get(session.session_id);
		world.server.sessions.clear();
		await session.answer(1, slider(4));
		await until(() => session.phase === "unknown_to_server", "the session is unknown");
		expect(session.save).toEqual({ kind: "on_device", pending: 1, reason: "unknown_session" });
		expect((await client.resume()).choice).toMatchObject({ kind: "unknown_to_server", pending: 1 });
		expect(await session.answer(2, slider(4))).toEqual({ ok: true, on_device: true });

		if (kept) world.server.sessions.set(session.session_id, kept);
		await world.advance(90_000);
		expect(session.save).toEqual({ kind: "saved" });
		expect(session.phase).toBe("active");
		expect(world.server.stateOf(session.session_id).answered).toBe(2);
	});

	test("to a server whose backup was restored: this device gives its answers again", async () => {
		const world = createWorld();
		const { client } = openTab(world, await newStorage());
		const session = await client.start({ language: "en" });
		await session.answer(1, slider(1));
		await until(saved(session), "the first answer is saved");
		const backup = structuredClone(world.server.sessions.get(session.session_id));
		await session.answer(2, slider(2));
		await session.answer(3, slider(3));
		await session.clear(3);
		await until(saved(session), "the later answers are saved");

		if (backup) world.server.sessions.set(session.session_id, backup);
		world.server.elsewhere(session.session_id, mintId(), {
			kind: "answer",
			question_id: 9,
			answer: slider(1),
		});
		await session.answer(4, slider(4));
		await world.advance(60_000);
		const { answers } = world.server.stateOf(session.session_id);
		expect([1, 2, 3, 4, 9].map((id) => answers[id]?.answer ?? null)).toEqual([
			slider(1),
			slider(2),
			null,
			slider(4),
			slider(1),
		]);
		expect(session.save).toEqual({ kind: "saved" });
	});
});

describe("the welcome page", () => {
	test("shows the assessment without a network once this device has seen it", async () => {
		const world = createWorld();
		const storage = await newStorage();
		world.network.fault = () => ({ kind: "request_lost" });
		const never = openTab(world, storage).client.latestAssessment();
		await expect(never).rejects.toMatchObject({ name: "ServerUnreachable", reason: "offline" });
		world.network.fault = () => null;
		await openTab(world, storage).client.latestAssessment();
		world.network.fault = () => ({ kind: "intercepted", status: 200, body: "<html>Please log in</html>" });
		const latest = await openTab(world, storage).client.latestAssessment();
		expect(latest.session_expiry_days).toBe(30);
		expect(latest.index.places).toHaveLength(13);
	});

	test("a reply that is not the API's is told from a network that is away", async () => {
		const world = createWorld();
		world.network.fault = () => ({ kind: "intercepted", status: 404, body: "<html>No such page</html>" });
		const elsewhere = openTab(world, await newStorage()).client.latestAssessment();
		await expect(elsewhere).rejects.toMatchObject({ name: "ServerUnreachable", reason: "not_the_api" });
	});
});

describe("a shared computer", () => {
	test("forgets on demand, but not what is unsent; the cookie is not followed until the next start", async () => {
		const world = createWorld();
		const storage = await newStorage();
		const { client } = openTab(world, storage);
		const other = openTab(world, storage);
		const session = await client.start({ language: "en" });
		const seenElsewhere = await resumeSession(other.client);
		world.network.fault = ({ path }) => (path.endsWith("/sync") ? { kind: "request_lost" } : null);
		await session.answer(1, slider(4));
		expect(await client.reset()).toMatchObject({
			ok: false,
			pending: 1,
			unsent: [{ command: { kind: "answer" } }],
		});
		expect(session.state.answered).toBe(1);
		world.network.fault = () => null;
		await session.flush();
		expect(await client.reset()).toEqual({ ok: true });
		expect((await client.resume()).choice).toEqual({ kind: "nothing" });
		expect(await session.answer(2, slider(4))).toMatchObject({ ok: false });
		expect(await seenElsewhere.answer(2, slider(4))).toMatchObject({ ok: false });
		expect((await storage.read((tx) => tx.list("sessions"))).length).toBe(0);

		const next = await client.start({ language: "en" });
		expect((await client.resume()).choice).toMatchObject({ state: { session_id: next.session_id } });
	});

	test("discards what is unsent when told to", async () => {
		const world = createWorld();
		const { client } = openTab(world, await newStorage());
		const session = await client.start({ language: "en" });
		world.network.fault = () => ({ kind: "request_lost" });
		await session.answer(1, slider(4));
		expect(await client.reset({ discard_unsent: true })).toEqual({ ok: true });
		world.network.fault = () => null;
		await world.advance(120_000);
		expect(world.server.stateOf(session.session_id).answered).toBe(0);
	});
});
