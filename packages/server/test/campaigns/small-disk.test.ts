import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { serving } from "../../src/testing/processes/serving.ts";

const SIZE_MIB = 6;
const whyNot = whyNoTmpfs();

test.skipIf(whyNot !== null)(
	`a small disk is filled by answers and not by SQLite's log, and a mebibyte more brings the service back${whyNot ? ` (not run: ${whyNot})` : ""}`,
	{ timeout: 120_000 },
	async () => {
		using disk = aTmpfs(SIZE_MIB);
		const file = join(disk.path, "a.db");
		const acknowledged: string[] = [];
		// One student fills the disk, for which nobody has a budget; a session begins on however small a disk.
		const unlimited = {
			LIMIT_FREE_DISK_MIB: "0",
			LIMIT_FREE_DISK_PERCENT: "0",
			LIMIT_SESSION_WRITES_PER_SECOND: "10000",
			LIMIT_SESSION_OPERATIONS_PER_MINUTE: "1000000",
			LIMIT_SESSION_EVENTS: "10000000",
			LIMIT_NETWORK_OPERATIONS_PER_SECOND: "1000000",
			LIMIT_NETWORK_WRITES_PER_SECOND: "100000",
			LIMIT_NETWORK_STORED_MIB_PER_HOUR: "1000000",
		};
		await using server = await serving({
			...unlimited,
			DATABASE_URL: `sqlite:${file}`,
			LOG_LEVEL: "silent",
		});
		const session_id = await started(server.address);
		const send = async () => {
			const operations = Array.from({ length: 20 }, () => aDraft());
			const status = await sync(server.address, session_id, operations);
			if (status === 200) acknowledged.push(...operations.map(({ operation_id }) => operation_id));
			return status;
		};
		let requests = 0;
		while ((await send()) === 200 && requests < 2000) requests += 1;
		// Before checkpoints kept the log small, it took the whole disk, and the file had 4 KiB.
		expect(statSync(file).size).toBeGreaterThan(SIZE_MIB * 1024 * 1024 * 0.6);
		expect(statSync(`${file}-wal`).size).toBeLessThan(SIZE_MIB * 1024 * 1024 * 0.3);
		for (let attempt = 0; attempt < 5; attempt += 1) expect([200, 503]).toContain(await send());

		disk.resize(SIZE_MIB + 1);
		const deadline = performance.now() + 15_000;
		while ((await send()) !== 200 && performance.now() < deadline) await sleep(100);
		expect(await send()).toBe(200);
		const database = new SqliteFile(file, { readonly: true });
		const stored = new Set(database.prepare("select operation_id from session_events").pluck().all());
		expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
		database.close();
		expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
	},
);

async function started(address: string): Promise<string> {
	const reply = await fetch(`${address}/api/v2/session/start`, { method: "POST" });
	return ((await reply.json()) as { session_id: string }).session_id;
}

function aDraft() {
	return {
		operation_id: crypto.randomUUID(),
		client_time: new Date().toISOString(),
		command: { kind: "draft", question_id: 1, draft: null },
	};
}

async function sync(address: string, session_id: string, operations: readonly object[]): Promise<number> {
	const reply = await fetch(`${address}/api/v2/session/${session_id}/sync`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ sent_at: new Date().toISOString(), operations }),
	});
	await reply.arrayBuffer();
	return reply.status;
}

function aTmpfs(mebibytes: number) {
	const path = mkdtempSync(join(tmpdir(), "carhythm-small-"));
	const mount = (options: string) => {
		run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path);
	};
	mount(`size=${mebibytes}m`);
	return {
		path,
		resize: (to: number) => mount(`remount,size=${to}m`),
		[Symbol.dispose]() {
			run("umount", "-l", path);
			rmSync(path, { recursive: true, force: true });
		},
	};
}

function run(program: string, ...words: readonly string[]): void {
	const { status, error, stderr } = spawnSync(program, words, { encoding: "utf8" });
	if (status !== 0) throw error ?? new Error(stderr);
}

function whyNoTmpfs(): string | null {
	if (process.platform !== "linux") return "it needs Linux";
	if (process.getuid?.() !== 0) return "mounting needs root";
	try {
		aTmpfs(1)[Symbol.dispose]();
		return null;
	} catch (error) {
		return `mounting is not possible here: ${(error as Error).message}`;
	}
}
