import "fake-indexeddb/auto";
import type { SyncOperation } from "@carhythm/core";
import { describe, expect, test } from "vitest";
import type { Session } from "../api.ts";
import { problem } from "../testing/protocol-server.ts";
import { eventLoopTurns } from "../testing/virtual-clock.ts";
import type { Delivery } from "../testing/virtual-network.ts";
import { begin, resumeSession, saved, slider, type World } from "../testing/visit.ts";
import { createWorld, isSync, offline, type Request, until } from "../testing/world.ts";

const operationsOf = ({ body }: Request) => (body as { operations: SyncOperation[] }).operations;

function refusing(status: number, isPoison: (operation: SyncOperation) => boolean) {
	const { body } = problem(status, "invalid_body");
	const fault: Delivery = { kind: "intercepted", status, body: JSON.stringify(body) };
	return (request: Request) => (isSync(request) && operationsOf(request).some(isPoison) ? fault : null);
}

async function answerAll(session: Session, from: number, to: number): Promise<void> {
	for (let id = from; id <= to; id += 1) await session.answer(id, slider(((id + 1) % 5) + 1));
}

function answeredOnServer(world: World, session: Session): number[] {
	return Object.keys(world.server.stateOf(session.session_id).answers).map(Number);
}

describe("what the network does", () => {
	test("offline for a while: all answers arrive once, in order, when the network is back", async () => {
		const world = createWorld();
		const { session, environment } = await begin(world);
		await eventLoopTurns(50);
		world.network.fault = offline;
		await answerAll(session, 1, 8);
		await until(() => session.save.kind === "on_device", "the answers wait");
		expect(session.save).toEqual({ kind: "on_device", pending: 8, reason: "offline" });

		world.network.fault = () => null;
		world.requests.length = 0;
		environment.signal("online");
		await until(saved(session), "all is saved");
		const [sent] = world.requests.filter(isSync).map(operationsOf);
		expect(sent?.map(({ command }) => "question_id" in command && command.question_id)).toEqual([
			1, 2, 3, 4, 5, 6, 7, 8,
		]);
		expect(world.server.stateOf(session.session_id)).toMatchObject({ answered: 8, revision: 9 });
		expect(session.expires_at).not.toBeNull();
	});

	test("a lost reply: sent again under the same id, with one effect", async () => {
		const world = createWorld();
		const { session } = await begin(world);
		let losses = 3;
		world.network.fault = (request) => (isSync(request) && losses-- > 0 ? { kind: "reply_lost" } : null);
		await session.answer(1, slider(4));
		await world.advance(60_000);
		expect(session.save).toEqual({ kind: "saved" });
		expect(world.server.stateOf(session.session_id).revision).toBe(2);
		const ids = world.requests.filter(isSync).map((request) => operationsOf(request)[0]?.operation_id);
		expect(new Set(ids).size).toBe(1);
		expect(ids.length).toBe(4);
	});

	const html = "<!doctype html><title>Welcome to the airport</title>";
	const ours = (status: number, code: string) => JSON.stringify(problem(status, code).body);
	const faults: [string, Delivery][] = [
		["a captive portal's page with 200", { kind: "intercepted", status: 200, body: html }],
		["an empty 200", { kind: "intercepted", status: 200, body: "" }],
		["JSON of another shape", { kind: "intercepted", status: 200, body: '{"ok":true}' }],
		["half a reply", { kind: "intercepted", status: 200, body: '{"server_time":"2026-11-22T08:0' }],
		["silence", { kind: "silence" }],
		...[
			301, 400, 401, 403, 404, 405, 407, 408, 409, 410, 413, 415, 422, 425, 429, 451, 500, 502, 503, 504,
		].map((status): [string, Delivery] => [
			`a ${status} that is not our API's`,
			{ kind: "intercepted", status, body: html },
		]),
		...(
			[
				[400, "invalid_json"],
				[404, "not_found"],
				[405, "method_not_allowed"],
				[409, "session_completed"],
				[413, "body_too_large"],
				[415, "unsupported_media_type"],
				[422, "invalid_body"],
				[429, "too_many_requests"],
				[500, "internal_error"],
				[503, "storage_unavailable"],
			] as const
		).map(([status, code]): [string, Delivery] => [
			`the server's ${status} ${code} to everything`,
			{ kind: "intercepted", status, body: ours(status, code) },
		]),
	];
	test.each(faults)("%s: nothing is dropped or refused, and all arrives afterwards", async (_, fault) => {
		const world = createWorld();
		const { session, storage } = await begin(world);
		world.network.fault = (request) => (isSync(request) ? fault : null);
		await answerAll(session, 1, 3);
		await world.advance(200_000);
		expect(session.save).toMatchObject({ kind: "on_device", pending: 3 });
		expect(session.refused).toEqual([]);
		expect(await storage.read((tx) => tx.list("outbox"))).toHaveLength(3);
		world.network.fault = () => null;
		await world.advance(120_000);
		expect(session.save).toEqual({ kind: "saved" });
		expect(answeredOnServer(world, session)).toEqual([1, 2, 3]);
	});

	test("a reply about another session is not believed", async () => {
		const world = createWorld();
		const { session } = await begin(world);
		const other = await (await begin(world)).session;
		world.network.fault = (request) => {
			if (!isSync(request)) return null;
			const path = request.path.replace(session.session_id, other.session_id);
			const { body } = world.server.handle("POST", path, request.body);
			return { kind: "intercepted", status: 200, body: JSON.stringify(body) };
		};
		await session.answer(1, slider(1));
		await world.advance(10_000);
		expect(session.save).toMatchObject({ kind: "on_device", pending: 1 });
	});

	test("results for some only: the others stay and are sent again", async () => {
		const world = createWorld();
		const { session } = await begin(world);
		world.network.fault = offline;
		await answerAll(session, 1, 4);
		world.network.fault = (request) => {
			if (!isSync(request) || operationsOf(request).length < 4) return null;
			const { body } = world.server.handle("POST", request.path, request.body) as {
				body: { results: unknown[] };
			};
			return {
				kind: "intercepted",
				status: 200,
				body: JSON.stringify({ ...body, results: body.results.slice(2) }),
			};
		};
		await session.flush();
		await until(saved(session), "all is saved");
		expect(world.requests.filter(isSync).map((request) => operationsOf(request).length)).toContain(2);
		expect(world.server.stateOf(session.session_id).answered).toBe(4);
	});
});

describe("when it tries again", () => {
	test("less and less often, never more than a minute apart", async () => {
		const world = createWorld();
		const { session } = await begin(world);
		await eventLoopTurns(50);
		const times: number[] = [];
		world.network.fault = (request) => {
			if (isSync(request)) times.push(Date.parse((request.body as { sent_at: string }).sent_at));
			return offline(request);
		};
		await session.answer(1, slider(1));
		await world.advance(600_000);
		const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
		expect(gaps.length).toBeGreaterThan(10);
		expect(gaps.length).toBeLessThan(35);
		expect(Math.max(...gaps)).toBeLessThanOrEqual(60_000);
		expect(gaps[0]).toBeLessThanOrEqual(1000);
		expect(Math.min(...gaps.slice(7))).toBeGreaterThanOrEqual(30_000);
	});

	test.each([
		[503, "storage_unavailable"],
		[429, "too_many_requests"],
	] as const)("not before the Retry-After of a %i, whatever happens on the page", async (status, code) => {
		const world = createWorld();
		const { session, environment } = await begin(world);
		const body = JSON.stringify(problem(status, code).body);
		const busy: Delivery = { kind: "intercepted", status, body, headers: { "retry-after": "120" } };
		world.network.fault = (request) => (isSync(request) ? busy : null);
		await session.answer(1, slider(1));
		await world.advance(1000);
		expect(session.save).toEqual({ kind: "on_device", pending: 1, reason: "server" });
		world.network.fault = () => null;
		world.requests.length = 0;
		for (const signal of ["online", "visible", "pagehide"] as const) environment.signal(signal);
		await session.answer(2, slider(1));
		await session.flush();
		await world.advance(118_000);
		expect(world.requests.filter(isSync)).toEqual([]);
		await world.advance(40_000);
		expect(session.save).toEqual({ kind: "saved" });
	});

	test("at once when the network or the page comes back", async () => {
		const world = createWorld();
		const { session, environment } = await begin(world);
		for (const signal of ["online", "visible", "pageshow", "focus"] as const) {
			world.network.fault = offline;
			await session.answer(1, slider(1));
			await world.advance(100_000);
			world.network.fault = () => null;
			environment.signal(signal);
			await until(saved(session), `the answer is saved after ${signal}`);
		}
	});

	test("what comes while the last reply is on its way is not swallowed", async () => {
		const world = createWorld();
		const { session, environment } = await begin(world);
		await eventLoopTurns(50);
		let during = 0;
		world.network.fault = (request) => {
			if (isSync(request) && during < 5) {
				during += 1;
				void session.answer(during + 1, slider(2));
				if (during === 3) environment.signal("online");
			}
			return null;
		};
		await session.answer(1, slider(1));
		await until(() => saved(session)() && during === 5, "all is saved without any timer");
		expect(world.server.stateOf(session.session_id).answered).toBe(6);
	});

	test("an `online` during a failing attempt leads to another attempt at once", async () => {
		const world = createWorld();
		const { session, environment } = await begin(world);
		await eventLoopTurns(50);
		let failed = false;
		world.network.fault = (request) => {
			if (!isSync(request) || failed) return null;
			failed = true;
			environment.signal("online");
			return { kind: "request_lost" };
		};
		await session.answer(1, slider(1));
		await until(saved(session), "the answer is saved without any timer");
	});

	test("the last chance: a page that goes away sends what waits, within what the browser allows", async () => {
		const world = createWorld();
		const { session, environment } = await begin(world);
		world.network.fault = offline;
		await answerAll(session, 1, 3);
		const long = "x".repeat(600);
		for (let i = 0; i < 110; i += 1)
			await session.answer(13, { type: "essay", text: `${i}${long}`.slice(0, 600) });
		await world.advance(100);
		world.requests.length = 0;
		world.network.fault = () => null;
		environment.signal("pagehide");
		await eventLoopTurns(20);
		const [last] = world.requests.filter(({ keepalive }) => keepalive);
		const size = JSON.stringify(last?.body).length;
		expect(size).toBeGreaterThan(40_000);
		expect(size).toBeLessThan(64 * 1024);
		expect(answeredOnServer(world, session)).toEqual([1, 2, 3, 13]);
		// It was only a chance: what the page does next is settled in the usual way, with one effect.
		environment.signal("pageshow");
		await until(saved(session), "all is saved");
		expect(world.server.stateOf(session.session_id).answered).toBe(4);
	});
});

describe("what the server cannot take", () => {
	test.each([400, 409, 413, 422])(
		"one poisoned operation (%i) moves to the visible list; the others arrive",
		async (status) => {
			const world = createWorld();
			const { session, client } = await begin(world);
			world.network.fault = offline;
			await answerAll(session, 1, 12);
			world.network.fault = refusing(
				status,
				({ command }) => "question_id" in command && command.question_id === 5,
			);
			await world.advance(90_000);
			expect(session.save).toEqual({ kind: "saved" });
			expect(session.refused).toMatchObject([
				{
					command: { kind: "answer", question_id: 5 },
					code: "invalid_body",
					detail: "Refused: invalid_body.",
				},
			]);
			expect(answeredOnServer(world, session)).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12]);
			// The page shows what the server has, not the answer that it never got.
			expect(session.state.answers[5]).toBeUndefined();

			const again = await resumeSession(client);
			const [refused] = again.refused;
			if (refused) await again.dismissRefused(refused.operation_id);
			expect(again.refused).toEqual([]);
			expect(session.refused).toEqual([]);
		},
	);

	test("answers that a full session refuses stay in the visible list, whole; what it had stands", async () => {
		const world = createWorld();
		const { session, client } = await begin(world);
		await session.answer(1, slider(1));
		await until(saved(session), "the first is saved");
		world.network.fault = (request) => {
			if (!isSync(request)) return null;
			const operations = operationsOf(request);
			const answered = world.server.handle("POST", request.path, {
				...(request.body as object),
				operations: [],
			});
			const results = operations.map(({ operation_id }) => ({
				status: "refused",
				operation_id,
				code: "session_full",
				detail: "Full.",
			}));
			return {
				kind: "intercepted",
				status: 200,
				body: JSON.stringify({ ...(answered.body as object), results }),
			};
		};
		await session.answer(1, slider(2));
		await session.answer(2, slider(2));
		await until(saved(session), "the outbox is empty");
		const refused = [1, 2].map((question_id) => ({
			code: "session_full",
			command: { kind: "answer", question_id, answer: slider(2) },
		}));
		expect(session.refused).toMatchObject(refused);
		await until(() => session.state.answered === 1, "the page shows what the server has");
		expect(session.state.answers[1]?.answer).toEqual(slider(1));
		expect((await resumeSession(client)).refused).toMatchObject(refused);
	});

	test("what it refuses by name goes the same way", async () => {
		const world = createWorld();
		const { session } = await begin(world);
		world.network.fault = (request) => {
			if (!isSync(request)) return null;
			const changed = operationsOf(request).map((operation) =>
				operation.command.kind === "answer" && operation.command.question_id === 2
					? { ...operation, command: { ...operation.command, answer: slider(77) } }
					: operation,
			);
			const body = { ...(request.body as object), operations: changed };
			const answered = world.server.handle("POST", request.path, body);
			return { kind: "intercepted", status: 200, body: JSON.stringify(answered.body) };
		};
		await answerAll(session, 1, 3);
		await until(saved(session), "the rest is saved");
		expect(session.refused).toMatchObject([{ code: "answer_out_of_range", command: { question_id: 2 } }]);
		await until(() => session.state.answered === 2, "the page shows what the server has");
	});

	test("a session that ended elsewhere: what comes late is acknowledged, and the page follows", async () => {
		const world = createWorld();
		const { session } = await begin(world);
		world.network.fault = offline;
		await session.answer(1, slider(1));
		world.server.setStatus(session.session_id, "user_abandoned_not_completed");
		world.network.fault = () => null;
		await world.advance(60_000);
		expect(session.save).toEqual({ kind: "saved" });
		expect(session.phase).toBe("abandoned");
		expect(await session.answer(2, slider(1))).toMatchObject({ refusal: { code: "session_abandoned" } });
	});

	test("answers that were given in time count when they are delivered after the expiry, and the page goes on", async () => {
		const world = createWorld();
		const { session } = await begin(world);
		world.network.fault = offline;
		await session.answer(1, slider(1));
		world.sleep(40 * 24 * 3_600_000);
		world.network.fault = () => null;
		await session.flush();
		await until(saved(session), "it is saved");
		expect(session.phase).toBe("active");
		expect(world.server.stateOf(session.session_id).answered).toBe(1);
		expect(await session.answer(2, slider(1))).toMatchObject({ ok: true });
	});

	test("a session whose answers come more than thirty days after the expiry is told as expired, without them", async () => {
		const world = createWorld();
		const { session } = await begin(world);
		world.network.fault = offline;
		await session.answer(1, slider(1));
		world.sleep(61 * 24 * 3_600_000);
		world.network.fault = () => null;
		await session.flush();
		await until(() => session.phase === "expired", "the session is expired");
		expect(session.save).toEqual({ kind: "saved" });
		await until(() => session.state.answered === 0, "the page counts what the server has");
	});
});
