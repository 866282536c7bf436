import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import { RequestRefused, ServerUnreachable, type Session } from "../api.ts";
import { problem } from "../testing/protocol-server.ts";
import { createServerEvents } from "../testing/server-events.ts";
import {
	begin,
	essay,
	newStorage,
	openTab,
	personalRecords,
	resumeSession,
	saved,
	slider,
	type World,
} from "../testing/visit.ts";
import { createWorld, offline, until } from "../testing/world.ts";

const OTHER_DEVICE = { locks: undefined };

const moved = (session: Session) => () => session.phase === "moved";

/** A session on a borrowed computer, and on the student's own phone. */
async function onTwoDevices(world: World) {
	const borrowed = await begin(world);
	await borrowed.session.answer(1, slider(4));
	await until(saved(borrowed.session), "the answer is saved");
	const { code } = await borrowed.session.handOff();
	const phone = openTab(world, await newStorage(), OTHER_DEVICE);
	return { borrowed, phone: { ...phone, session: await phone.client.redeem(code) } };
}

const lost = ({ path }: { path: string }) =>
	path.endsWith("/leave-others") ? ({ kind: "reply_lost" } as const) : null;

describe("the device that leaves the others", () => {
	test("goes on under another id, with everything that it had", async () => {
		const world = createWorld();
		const { client, session, storage } = await begin(world);
		await session.answer(1, slider(4));
		const next = await client.leaveOthers(session.session_id);
		expect(next.session_id).not.toBe(session.session_id);
		expect(next.state.answers[1]?.answer).toEqual(slider(4));
		await next.answer(2, slider(5));
		await until(saved(next), "the answer is saved");
		expect(world.server.stateOf(next.session_id).answered).toBe(2);
		expect(world.server.cookie()).toBe(next.session_id);
		client.close();
		const later = await resumeSession(openTab(world, storage).client);
		expect(later.session_id).toBe(next.session_id);
		await until(saved(later), "all is saved");
		expect(Object.keys(later.state.answers)).toEqual(["1", "2"]);
	});

	test("sends what is queued first, and does nothing while it cannot", async () => {
		const world = createWorld();
		const { client, session } = await begin(world);
		world.network.fault = offline;
		await session.answer(1, slider(4));
		await expect(client.leaveOthers(session.session_id)).rejects.toThrow(ServerUnreachable);
		world.network.fault = () => null;
		expect(world.server.stateOf(session.session_id).answered).toBe(0);
		const next = await client.leaveOthers(session.session_id);
		expect(world.server.stateOf(next.session_id).answered).toBe(1);
	});

	test("is not locked out by a lost reply: the next sync finds the new id", async () => {
		const world = createWorld();
		const { client, session } = await begin(world);
		world.network.fault = lost;
		await expect(client.leaveOthers(session.session_id)).rejects.toThrow(ServerUnreachable);
		world.network.fault = () => null;
		await session.answer(1, slider(4));
		await until(moved(session), "the page knows that the session has another id");
		const next = await resumeSession(client);
		expect(next.session_id).not.toBe(session.session_id);
		await until(saved(next), "all is saved");
		expect(world.server.stateOf(next.session_id).answered).toBe(1);
		expect(next.state.answers[1]?.answer).toEqual(slider(4));
	});

	test("is not locked out by a lost reply and a reload", async () => {
		const world = createWorld();
		const { client, session, storage } = await begin(world);
		await session.answer(1, slider(4));
		await until(saved(session), "the answer is saved");
		world.network.fault = lost;
		await expect(client.leaveOthers(session.session_id)).rejects.toThrow(ServerUnreachable);
		world.network.fault = () => null;
		client.close();
		const later = await resumeSession(openTab(world, storage).client);
		expect(later.session_id).not.toBe(session.session_id);
		expect(later.state.answers[1]?.answer).toEqual(slider(4));
	});

	test("while no reply comes at all, goes on as without a network", async () => {
		const world = createWorld();
		const { client, session, storage } = await begin(world);
		await session.answer(1, slider(4));
		await until(saved(session), "the answer is saved");
		world.network.fault = lost;
		await expect(client.leaveOthers(session.session_id)).rejects.toThrow(ServerUnreachable);
		client.close();
		const { client: later } = openTab(world, storage);
		expect(await later.resume()).toMatchObject({ choice: { kind: "continue" }, server: "unreachable" });
	});

	test("takes its other tabs along", async () => {
		const world = createWorld();
		const { client, session, storage } = await begin(world);
		await session.answer(1, slider(4));
		const other = openTab(world, storage);
		const beside = await resumeSession(other.client);
		const next = await client.leaveOthers(session.session_id);
		await until(moved(beside), "the other tab knows");
		expect((await resumeSession(other.client)).session_id).toBe(next.session_id);
	});
});

describe("a device that was left", () => {
	test("gives all that it had queued, then forgets the session and offers nothing of it", async () => {
		const world = createWorld();
		const { borrowed, phone } = await onTwoDevices(world);
		world.network.fault = offline;
		await borrowed.session.answer(2, slider(5));
		await borrowed.session.draft(13, essay("half"));
		world.network.fault = () => null;
		borrowed.client.close();
		const next = await phone.client.leaveOthers(phone.session.session_id);

		const { client } = openTab(world, borrowed.storage);
		const { choice } = await client.resume();
		expect(choice).toEqual({ kind: "moved" });
		await until(() => world.server.stateOf(next.session_id).answered === 2, "the answer has arrived");
		expect(world.server.stateOf(next.session_id).drafts[13]?.draft).toEqual(essay("half"));
		await world.advance(60_000);
		const left = (await personalRecords(borrowed.storage)).join();
		expect(left).not.toContain(borrowed.session.session_id);
		expect(left).not.toContain(next.session_id);
		expect((await client.resume()).choice).toEqual({ kind: "nothing" });
		expect(phone.session.session_id).toBe(borrowed.session.session_id);
	});

	test.each([
		["by events", true],
		["by asking", false],
	])("tells so on an open page within five seconds, %s, and takes nothing more", async (_, has_events) => {
		const world = createWorld();
		const events = createServerEvents();
		const { borrowed, phone } = await onTwoDevices(world);
		borrowed.client.close();
		const tab = openTab(world, borrowed.storage, has_events ? { listen: events.listen } : {});
		const open = await resumeSession(tab.client);
		open.follow();
		const next = await phone.client.leaveOthers(phone.session.session_id);
		// The server ends the stream, and opens no other: the browser comes back after two seconds.
		if (has_events) {
			await world.advance(2000);
			events.fail();
			await world.advance(2000);
		} else await world.advance(5000);
		expect(open.phase).toBe("moved");
		expect(await open.answer(2, slider(1))).toMatchObject({
			ok: false,
			refusal: { code: "session_moved" },
		});
		// What is half-typed when the page closes its inputs is not lost.
		expect(await open.draft(13, essay("half"))).toMatchObject({ ok: true });
		await until(
			() => world.server.stateOf(next.session_id).drafts[13] !== undefined,
			"the draft has arrived",
		);
		expect((await tab.client.resume()).choice.kind).toBe("moved");
		expect((await tab.client.resume()).choice.kind).toBe("nothing");
	});

	test("keeps what the server does not take in for now, and lets another session begin beside it", async () => {
		const world = createWorld();
		const { borrowed, phone } = await onTwoDevices(world);
		const former = borrowed.session.session_id;
		world.network.fault = offline;
		await borrowed.session.answer(2, slider(5));
		const left = await phone.client.leaveOthers(phone.session.session_id);
		// As for a session that is about to be erased, which may be undone.
		const { body } = problem(409, "session_moved");
		world.network.fault = ({ path }) =>
			path.includes(former) ? { kind: "intercepted", status: 409, body: JSON.stringify(body) } : null;
		await world.advance(60_000);
		expect(borrowed.session.phase).toBe("moved");
		const next = await borrowed.client.start({ language: "en" });
		await next.answer(1, slider(2));
		await world.advance(60_000);
		expect(world.server.stateOf(next.session_id).answered).toBe(1);
		expect(world.server.stateOf(left.session_id).answered).toBe(1);
		world.network.fault = () => null;
		await world.advance(120_000);
		expect(world.server.stateOf(left.session_id).answered).toBe(2);
	});

	test("cannot leave the others in turn", async () => {
		const world = createWorld();
		const { borrowed, phone } = await onTwoDevices(world);
		await phone.client.leaveOthers(phone.session.session_id);
		await expect(borrowed.client.leaveOthers(borrowed.session.session_id)).rejects.toThrow(RequestRefused);
		await until(moved(borrowed.session), "the page says so");
	});
});
