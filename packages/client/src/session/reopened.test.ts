import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { begin, openTab, slider } from "../testing/visit.ts";
import { createWorld } from "../testing/world.ts";

test("a page that has just opened sends what is left under the name and the time of the device's clock", async () => {
	const world = createWorld();
	const first = await begin(world);
	await first.session.answer(1, slider(1));
	await world.advance(1000);
	world.network.fault = () => ({ kind: "request_lost" });
	// Set back by an hour: the engine goes on from where it was.
	world.device.clock_error = -3_600_000;
	await first.session.answer(2, slider(2));
	first.client.close();

	world.network.fault = () => null;
	const before = world.requests.length;
	const second = openTab(world, first.storage);
	await world.advance(1000);
	const [sent] = world.requests.slice(before).filter(({ path }) => path.endsWith("/sync"));
	const body = sent?.body as { device_id?: string; sent_at: string; operations: { client_time: string }[] };
	expect(body.device_id).toEqual(expect.any(String));
	expect(Date.parse(body.sent_at)).toBeGreaterThanOrEqual(Date.parse(body.operations[0]?.client_time ?? ""));
	second.client.close();
});
