import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import { RequestRefused } from "../api.ts";
import type { Environment } from "../environment.ts";
import { labelOf } from "../environment.ts";
import { context } from "../testing/secure-context.ts";
import { createServerEvents, notifyOfSession } from "../testing/server-events.ts";
import { begin, newStorage, openTab, resumeSession, saved, slider, type World } from "../testing/visit.ts";
import { createWorld, until } from "../testing/world.ts";

/** Another device shares no locks with the first. */
const ON_PHONE = { device_label: "Firefox (Android)", locks: undefined };
const ON_LAPTOP = { device_label: "Chrome (Windows)" };

/** A session begun on a laptop and continued on a phone. */
async function handedOff(world: World, laptop: Partial<Environment> = {}) {
	const old = await begin(world, { ...ON_LAPTOP, ...laptop });
	await old.session.answer(1, slider(4));
	const end = old.session.follow();
	const { code } = await old.session.handOff();
	const phone = openTab(world, await newStorage(), ON_PHONE);
	const session = await phone.client.redeem(code);
	return { old: { ...old, end }, phone: { ...phone, session } };
}

describe("a code", () => {
	test("is told with its link and with the time left by the server's clock", async () => {
		const world = createWorld();
		world.device.clock_error = 5 * 3_600_000;
		const { session } = await begin(world, ON_LAPTOP);
		await session.answer(1, slider(4));
		await until(saved(session), "the answer is saved");
		const handOff = await session.handOff();
		expect(handOff.code).toMatch(/^\w{3}-\w{3}-\w{3}$/);
		expect(handOff.fragment).toBe(`#continue=${handOff.code}`);
		expect(handOff.expires_in_ms).toBeGreaterThan(599_000);
		expect(handOff.expires_in_ms).toBeLessThanOrEqual(600_000);
	});

	test("opens the session on the new device, with everything in it", async () => {
		const { old, phone } = await handedOff(createWorld());
		expect(phone.session.session_id).toBe(old.session.session_id);
		expect(phone.session.state.answers[1]?.answer).toEqual(slider(4));
		expect(phone.session.held_elsewhere).toBeNull();
		expect(await phone.session.answer(2, slider(5))).toEqual({ ok: true, on_device: true });
		await until(saved(phone.session), "the phone's answer is saved");
	});

	test("that is wrong is refused, and leaves what is here alone", async () => {
		const world = createWorld();
		const { client, session } = await begin(world);
		await expect(client.redeem("000-000-000")).rejects.toThrow(RequestRefused);
		expect(session.held_elsewhere).toBeNull();
		expect((await resumeSession(client)).session_id).toBe(session.session_id);
	});

	test("whose reply was lost can be brought again, after a reload too", async () => {
		const world = createWorld();
		const { session: old } = await begin(world, ON_LAPTOP);
		const { code } = await old.handOff();
		const storage = await newStorage();
		const first = openTab(world, storage, ON_PHONE);
		world.network.fault = ({ path }) => (path.endsWith("/redeem") ? { kind: "reply_lost" } : null);
		await expect(first.client.redeem(code)).rejects.toThrow();
		first.client.close();
		world.network.fault = () => null;
		const session = await openTab(world, storage, ON_PHONE).client.redeem(code);
		expect(session.session_id).toBe(old.session_id);
		expect(session.held_elsewhere).toBeNull();
	});
});

describe("the old device", () => {
	test("hears of it at once, takes no answers, and says where the session went", async () => {
		const world = createWorld();
		const events = createServerEvents();
		const { old } = await handedOff(world, { listen: events.listen });
		notifyOfSession(world, events, old.session);
		await until(() => old.session.held_elsewhere !== null, "the laptop knows");
		const { holder } = world.server.stateOf(old.session.session_id);
		expect(old.session.held_elsewhere).toMatchObject({ label: "Firefox (Android)", since: holder?.since });
		expect(await old.session.answer(2, slider(5))).toMatchObject({
			refusal: { code: "session_held_elsewhere" },
		});
		expect(old.session.save).toEqual({ kind: "saved" });
	});

	test.each([
		["there are no events", { refuses: false }],
		["the server refuses to send events", { refuses: true }],
	])("knows within five seconds where %s", async (_, { refuses }) => {
		const world = createWorld();
		const events = createServerEvents();
		const { old } = await handedOff(world, refuses ? { listen: events.listen } : {});
		if (refuses) events.fail();
		await world.advance(5000);
		expect(old.session.held_elsewhere).toMatchObject({ label: "Firefox (Android)" });
	});

	test("what it had queued still counts, and its reply tells that the session has gone on", async () => {
		const world = createWorld();
		const { session, environment, storage } = await begin(world, ON_LAPTOP);
		await until(saved(session), "the session is saved");
		const { code } = await session.handOff();
		world.network.fault = ({ path }) => (path.endsWith("/sync") ? { kind: "request_lost" } : null);
		await session.answer(1, slider(3));
		await until(() => session.save.kind === "on_device", "the answer waits");
		const other = await openTab(world, await newStorage(), ON_PHONE).client.redeem(code);
		world.network.fault = () => null;
		environment.signal("online");
		await until(() => session.held_elsewhere !== null, "the laptop knows");
		await until(saved(session), "the queued answer is saved");
		expect(world.server.stateOf(session.session_id).answers[1]?.answer).toEqual(slider(3));
		expect(session.refused).toEqual([]);
		expect(other.held_elsewhere).toBeNull();
		// After a reload too.
		const { client } = openTab(world, storage, ON_LAPTOP);
		const again = await resumeSession(client);
		expect(again.held_elsewhere).toMatchObject({ label: "Firefox (Android)" });
		expect(client.heldElsewhere(again.state)).toEqual(again.held_elsewhere);
	});

	test("takes the session back with “continue here instead”", async () => {
		const world = createWorld();
		const events = createServerEvents();
		const { old, phone } = await handedOff(world, { listen: events.listen });
		notifyOfSession(world, events, old.session);
		await until(() => old.session.held_elsewhere !== null, "the laptop knows");
		const endFollowing = phone.session.follow();

		expect(await old.session.continueHere()).toMatchObject({ ok: true });
		expect(old.session.held_elsewhere).toBeNull();
		expect(await old.session.answer(2, slider(2))).toMatchObject({ ok: true });
		await until(saved(old.session), "the laptop's answer is saved");
		await world.advance(5000);
		expect(phone.session.held_elsewhere).toMatchObject({ label: "Chrome (Windows)" });
		endFollowing();
	});

	test("can take it back without a network; the server hears of it later", async () => {
		const world = createWorld();
		const { old } = await handedOff(world);
		await world.advance(5000);
		world.network.fault = () => ({ kind: "request_lost" });
		await old.session.continueHere();
		expect(await old.session.answer(2, slider(2))).toMatchObject({ ok: true });
		world.network.fault = () => null;
		old.environment.signal("online");
		await until(saved(old.session), "everything is saved");
		expect(world.server.stateOf(old.session.session_id).holder?.label).toBe("Chrome (Windows)");
		expect(old.session.held_elsewhere).toBeNull();
	});
});

test("of many tabs one listens, and the next when it is closed", async () => {
	const world = createWorld();
	const events = createServerEvents();
	const { storage, session, client } = await begin(world, { listen: events.listen });
	session.follow();
	const tab = openTab(world, storage, { listen: events.listen });
	const second = await resumeSession(tab.client);
	const end = second.follow();
	await world.advance(0);
	// Without locks nobody knows who else listens.
	expect(events.listeners.size).toBe(context === "https" ? 1 : 2);
	const phone = openTab(world, await newStorage(), ON_PHONE);
	await phone.client.redeem((await session.handOff()).code);
	notifyOfSession(world, events, session);
	await until(() => second.held_elsewhere !== null && session.held_elsewhere !== null, "both tabs know");
	session.close();
	client.close();
	await until(() => events.listeners.size === 1, "the second tab listens");
	end();
	expect(events.listeners.size).toBe(0);
});

test("on plain http each tab listens while it is on the screen", async () => {
	const world = createWorld();
	const events = createServerEvents();
	const { session, environment } = await begin(world, { listen: events.listen, locks: undefined });
	const end = session.follow();
	expect(events.listeners.size).toBe(1);
	environment.signal("hidden");
	expect(events.listeners.size).toBe(0);
	environment.signal("visible");
	expect(events.listeners.size).toBe(1);
	end();
	expect(events.listeners.size).toBe(0);
});

test("a browser is named in words of every language", () => {
	const chrome =
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile";
	for (const [agent, label] of [
		[chrome, "Chrome (Android)"],
		[`${chrome} EdgA/126.0`, "Edge (Android)"],
		["Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox (Windows)"],
		[
			"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1",
			"Safari (iPhone)",
		],
		["curl/8.0", "Browser"],
	] as const) {
		expect(labelOf(agent)).toBe(label);
	}
});
