import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { aCluster, type Cluster } from "./a-cluster.ts";
import { startServer } from "./environment/server-process.ts";
import { readQuestions } from "./students/questions.ts";

/**
 * Cancels waits for a standby that never replies, as an operator or a timeout does, until the request has its
 * reply.
 */
async function cancelWaits(cluster: Cluster, reply: Promise<unknown>): Promise<void> {
	let isOver = false;
	const over = reply.finally(() => {
		isOver = true;
	});
	while (!isOver) {
		await cluster.query("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
		await sleep(20);
	}
	await over;
}

test("what a synchronous standby may not have is unknown, however often it is sent, until the standby has it", async () => {
	await using cluster = await aCluster();
	const server = await startServer({ address: cluster.url.url });
	const post = async (path: string, body: object) => {
		const response = await fetch(`${server.where.base}${path}`, {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify(body),
		});
		const { status, headers } = response;
		return { status, after: headers.get("retry-after"), body: (await response.json()) as object };
	};
	const inDoubt = async (path: string, body: object) => {
		const reply = post(path, body);
		await cancelWaits(cluster, reply);
		expect(await reply).toMatchObject({ status: 503, after: "5", body: { code: "storage_unavailable" } });
	};
	try {
		const slider = (await readQuestions(server.where)).find(({ type }) => type === "slider");
		const start = { operation_id: randomUUID() };
		const other = { operation_id: randomUUID() };
		const started = await post("/api/v2/session/start", start);
		const { session_id } = started.body as { session_id: string };
		const answer = {
			session_id,
			question_id: slider?.id,
			answer: { type: "slider", value: slider?.options["min"] },
			submission_id: randomUUID(),
		};
		await cluster.waitFor("never_there");
		for (const path of ["/api/v2/answers/submit", "/api/v2/answers/submit"]) await inDoubt(path, answer);
		for (const path of ["/api/v2/session/start", "/api/v2/session/start"]) await inDoubt(path, other);
		const read = await fetch(`${server.where.base}/api/v2/session/${session_id}`);
		expect(read.status).toBe(200);
		await cluster.waitFor("");
		const confirmed = await post("/api/v2/answers/submit", answer);
		expect(confirmed).toMatchObject({ status: 200, body: { xp_gained: 10, total_xp: 10 } });
		expect((await post("/api/v2/session/start", other)).status).toBe(200);
		const events = await cluster.query(
			"select kind, count(*)::int from session_events group by kind order by 1",
		);
		expect(events).toEqual([
			{ kind: "answer", count: 1 },
			{ kind: "start", count: 2 },
		]);
	} finally {
		await server.kill();
	}
});
