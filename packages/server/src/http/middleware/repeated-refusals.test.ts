import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { anApp } from "../../../test/an-app.ts";
import { anOperationId } from "../../testing/stores/a-store.ts";

// Runs once: what is logged does not depend on the database.

test("a client that is refused again and again gets a line a second, with how many there were", async () => {
	await using app = await anApp({ config: { trust_proxy: true } });
	const refused = (address: string) =>
		app.get(`/api/v2/session/${anOperationId()}`, { "X-Forwarded-For": address });
	await Promise.all(Array.from({ length: 50 }, () => refused("203.0.113.7")));
	await refused("203.0.113.8");
	const lines = () => app.log().filter(({ status }) => status === 404);
	expect(lines()).toHaveLength(2);
	while (lines().length < 3) await sleep(50);
	expect(lines()[2]).toMatchObject({ route: "/api/v2/session/{session_id}", status: 404, repeated: 49 });
	// Networks are not logged.
	expect(JSON.stringify(app.log())).not.toContain("203.0.113");
	const id = await app.start();
	for (let i = 0; i < 5; i += 1) await app.get(`/api/v2/session/${id}`);
	expect(
		app.log().filter(({ route, status }) => route === "/api/v2/session/{session_id}" && status === 200),
	).toHaveLength(5);
});
