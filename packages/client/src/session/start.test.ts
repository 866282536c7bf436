import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { newStorage, openTab } from "../testing/visit.ts";
import { createWorld } from "../testing/world.ts";

test("a start whose reply was lost a day ago is not repeated for ever: the next one begins another session", async () => {
	const world = createWorld();
	const storage = await newStorage();
	const first = openTab(world, storage);
	world.network.fault = ({ path }) => (path.endsWith("/start") ? { kind: "reply_lost" } : null);
	await expect(first.client.start({ language: "en" })).rejects.toMatchObject({ name: "ServerUnreachable" });
	first.client.close();
	const [lost] = world.server.sessions.keys();

	world.network.fault = () => null;
	await world.advance(24 * 60 * 60 * 1000 + 1);
	const session = await openTab(world, storage).client.start({ language: "en" });
	expect(session.session_id).not.toBe(lost);
	expect(session.phase).toBe("active");
});
