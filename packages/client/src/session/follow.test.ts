import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import type { Session } from "../api.ts";
import type { Environment, Locks } from "../environment.ts";
import { context } from "../testing/secure-context.ts";
import { createServerEvents, notifyOfSession } from "../testing/server-events.ts";
import { eventLoopTurns } from "../testing/virtual-clock.ts";
import { begin, mintId, openTab, resumeSession, type World } from "../testing/visit.ts";
import { createWorld, isSync, until } from "../testing/world.ts";

/** Somebody goes on with the session on another device. */
function goesOnElsewhere(world: World, { session_id }: Session): void {
	const command = { kind: "hold", device_id: mintId(), label: "Firefox (Android)" } as const;
	world.server.elsewhere(session_id, mintId(), command);
}

/**
 * A tab of which nothing runs any more once it is `suspended`: no timer, and nothing under the locks that it
 * gets.
 */
function aSleeper(world: World) {
	const state = { suspended: false };
	const { setTimeout, locks } = world.environment();
	const sleeping: Locks | undefined = locks && {
		request: (name, options, callback) =>
			locks.request(name, options, () => (state.suspended ? new Promise(() => {}) : callback())),
	};
	const parts: Partial<Environment> = {
		setTimeout: (callback, milliseconds) =>
			setTimeout(() => {
				if (!state.suspended) callback();
			}, milliseconds),
		locks: sleeping,
	};
	return { parts, state };
}

describe("the tab on the screen hears of other devices", () => {
	test.each([
		["by events", true],
		["by asking", false],
	])("%s, also while the one before it sleeps", async (_, has_events) => {
		const world = createWorld();
		const events = createServerEvents();
		const listen = has_events ? { listen: events.listen } : {};
		const { parts, state } = aSleeper(world);
		const { session: first, environment, storage } = await begin(world, { ...parts, ...listen });
		first.follow();
		await eventLoopTurns(20);
		environment.signal("hidden");
		state.suspended = true;
		const tab = openTab(world, storage, listen);
		const seen = await resumeSession(tab.client);
		seen.follow();
		await eventLoopTurns(20);
		expect(events.listeners.size).toBe(has_events ? 1 : 0);
		goesOnElsewhere(world, seen);
		if (has_events) {
			notifyOfSession(world, events, seen);
			await until(() => seen.held_elsewhere !== null, "the tab on the screen knows");
		} else await world.advance(5000);
		expect(seen.held_elsewhere).toMatchObject({ label: "Firefox (Android)" });

		// The first is waked up, with the other behind it.
		state.suspended = false;
		tab.environment.signal("hidden");
		environment.signal("visible");
		await eventLoopTurns(20);
		expect(events.listeners.size).toBe(has_events ? 1 : 0);
	});

	test("also when one fell asleep that was waiting for its turn", async () => {
		const world = createWorld();
		const events = createServerEvents();
		const { session, storage } = await begin(world, { listen: events.listen });
		const end = session.follow();
		const { parts, state } = aSleeper(world);
		const tab = openTab(world, storage, { ...parts, listen: events.listen });
		(await resumeSession(tab.client)).follow();
		await eventLoopTurns(20);
		tab.environment.signal("hidden");
		state.suspended = true;
		const next = openTab(world, storage, { listen: events.listen });
		(await resumeSession(next.client)).follow();
		end();
		await eventLoopTurns(20);
		expect(events.listeners.size).toBe(1);
	});

	test("and one that was opened behind it listens only when it comes to the front", async () => {
		const world = createWorld();
		const events = createServerEvents();
		let shown = false;
		const { session, environment } = await begin(world, { listen: events.listen, isShown: () => shown });
		const end = session.follow();
		environment.signal("pageshow");
		await eventLoopTurns(20);
		expect(events.listeners.size).toBe(0);
		shown = true;
		environment.signal("visible");
		await eventLoopTurns(20);
		expect(events.listeners.size).toBe(1);
		environment.signal("pagehide");
		expect(events.listeners.size).toBe(0);
		end();
	});

	test("where the browser refuses its locks (blocked site data), each listens", async () => {
		const world = createWorld();
		const events = createServerEvents();
		const locks: Locks = { request: () => Promise.reject(new DOMException("refused", "SecurityError")) };
		const { session, environment } = await begin(world, { listen: events.listen, locks });
		const end = session.follow();
		await eventLoopTurns(20);
		expect(events.listeners.size).toBe(1);
		environment.signal("hidden");
		expect(events.listeners.size).toBe(0);
		end();
	});
});

describe("a stream that a proxy keeps back", () => {
	test("from the beginning: the server is asked in time", async () => {
		const world = createWorld();
		const { session } = await begin(world, { listen: () => ({ close() {} }) });
		session.follow();
		goesOnElsewhere(world, session);
		await world.advance(5000);
		expect(session.held_elsewhere).not.toBeNull();
	});

	test("later: two beats that do not come are enough, and it is given another chance", async () => {
		const world = createWorld();
		const events = createServerEvents();
		const { session } = await begin(world, { listen: events.listen });
		session.follow();
		await world.advance(15_000);
		events.beat();
		goesOnElsewhere(world, session);
		await world.advance(35_000);
		expect(session.held_elsewhere).not.toBeNull();
		expect(events.listeners.size).toBe(0);
		await world.advance(60_000);
		expect(events.listeners.size).toBe(1);
	});

	test("is told from one on which nothing happens", async () => {
		const world = createWorld();
		const events = createServerEvents();
		const { session } = await begin(world, { listen: events.listen });
		session.follow();
		await world.advance(0);
		world.requests.length = 0;
		for (let beats = 0; beats < 10; beats += 1) {
			events.beat();
			await world.advance(15_000);
		}
		expect(events.listeners.size).toBe(1);
		expect(world.requests.filter(isSync)).toEqual([]);
	});
});

test("of several windows on the screen one listens; without locks they cannot agree on one", async () => {
	const world = createWorld();
	const events = createServerEvents();
	const { session, storage } = await begin(world, { listen: events.listen });
	session.follow();
	for (let windows = 1; windows < 4; windows += 1) {
		(await resumeSession(openTab(world, storage, { listen: events.listen }).client)).follow();
	}
	await eventLoopTurns(20);
	expect(events.listeners.size).toBe(context === "https" ? 1 : 4);
});
