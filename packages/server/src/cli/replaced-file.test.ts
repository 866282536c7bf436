import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync, truncateSync } from "node:fs";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { aFolder } from "../testing/folders/a-folder.ts";
import { CLI, carhythm, startFile } from "../testing/processes/run.ts";
import { serving } from "../testing/processes/serving.ts";

/** What someone does to the files `a.db`, `a.db-wal` and `a.db-shm`, with a backup of before beside them. */
const EVENTS: { what: string; reason: string; saved: boolean; to: (file: string, backup: string) => void }[] =
	[
		{
			what: "the file is deleted",
			reason: "was deleted or renamed",
			saved: true,
			to: (file) => rmSync(file),
		},
		{
			what: "the file is deleted with its log",
			reason: "was deleted or renamed",
			saved: true,
			to: (file) => {
				for (const one of [file, `${file}-wal`, `${file}-shm`]) rmSync(one);
			},
		},
		{
			what: "the file is moved away",
			reason: "was deleted or renamed",
			saved: true,
			to: (file) => renameSync(file, `${file}.away`),
		},
		{
			what: "a backup is moved over the file",
			reason: "was replaced by another one",
			saved: true,
			to: (file, backup) => renameSync(backup, file),
		},
		{
			what: "a backup is copied over the file",
			reason: "was overwritten by another program",
			saved: false,
			to: (file, backup) => copyFileSync(backup, file),
		},
		{
			what: "the log is deleted",
			reason: "write-ahead log (-wal) was deleted or renamed",
			saved: true,
			to: (file) => {
				for (const one of [`${file}-wal`, `${file}-shm`]) rmSync(one);
			},
		},
		{
			what: "the file is cut to nothing",
			reason: "was overwritten by another program",
			saved: false,
			to: (file) => truncateSync(file),
		},
	];

test.each(EVENTS)(
	"$what under the running server: nothing is acknowledged any more, and what was is there",
	{ timeout: 40_000 },
	async ({ reason, saved, to }) => {
		using folder = aFolder();
		const file = folder.file("a.db");
		const backup = folder.file("backup.db");
		const known: string[] = [];
		{
			await using server = await serving({ DATABASE_URL: `sqlite:${file}` });
			const { session_id } = (await (await post(server.address, "session/start", {})).json()) as {
				session_id: string;
			};
			const answer = async (value: number) => {
				const operation_id = crypto.randomUUID();
				const now = new Date().toISOString();
				const command = { kind: "draft", question_id: 1, draft: null };
				const reply = await post(server.address, `session/${session_id}/sync`, {
					sent_at: now,
					operations: [{ operation_id, client_time: now, command, after: value === 0 ? null : undefined }],
				});
				if (reply.status === 200) known.push(operation_id);
				return reply;
			};
			for (let value = 0; value < 5; value += 1) expect((await answer(value)).status).toBe(200);
			expect((await carhythm(file, "backup", "--to", backup)).code).toBe(0);
			for (let value = 0; value < 20; value += 1) expect((await answer(value)).status).toBe(200);
			const before = known.length;

			to(file, backup);

			const replies = [];
			for (let value = 0; value < 30; value += 1) replies.push(await answer(value));
			expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 503));
			expect(replies[0]?.headers.get("retry-after")).toBe("5");
			expect(known.length).toBe(before);
			const ready = await fetch(`${server.address}/readyz`);
			expect(ready.status).toBe(503);
			expect(((await ready.json()) as { detail: string }).detail).toContain(reason);
			server.child.kill("SIGTERM");
			const { stdout } = await server.ended;
			const loud = stdout.split("\n").filter((line) => line.includes('"level":60'));
			expect(loud).toHaveLength(1);
			expect(loud[0]).toContain(reason);
			expect(stdout).not.toContain(session_id);
		}
		const copies = readdirSync(folder.path).filter((name) => name.includes(".saved-"));
		expect(copies.length).toBe(saved ? 1 : 0);
		const whole = copies[0] && folder.file(copies[0]);
		if (whole) expect(missingFrom(whole, known)).toEqual([]);
		if (reason.includes("-wal")) expect(missingFrom(file, known)).toEqual([]);
		if (existsSync(file)) expect(integrityOf(file)).toBe("ok");
		const again = await aStart(file);
		if (isThere(file)) expect(again).toMatchObject({ code: 0 });
		else
			expect(again).toMatchObject({
				code: 1,
				stderr: expect.stringContaining("is there. Put the right file"),
			});
	},
);

test("serve refuses a file that was replaced while the log of the one before lies beside it", async () => {
	using folder = aFolder();
	const file = folder.file("a.db");
	const backup = folder.file("backup.db");
	{
		await using server = await serving({ DATABASE_URL: `sqlite:${file}` });
		for (let count = 0; count < 60; count += 1) await post(server.address, "session/start", {});
		expect((await carhythm(file, "backup", "--to", backup)).code).toBe(0);
		for (let count = 0; count < 60; count += 1) await post(server.address, "session/start", {});
		// As long as the log holds everything since the backup, the two belong together.
		const other = new SqliteFile(file);
		other.pragma("wal_checkpoint(TRUNCATE)");
		other.close();
		for (let count = 0; count < 5; count += 1) await post(server.address, "session/start", {});
	}
	renameSync(backup, file);
	const refused = await aStart(file);
	expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining("do not belong together") });
	renameSync(`${file}-wal`, folder.file("stale-wal"));
	rmSync(`${file}-shm`);
	expect(await aStart(file)).toMatchObject({ code: 0 });
	expect(integrityOf(file)).toBe("ok");
});

test("what other programs do to the file beside the running server does not stop it", async () => {
	using folder = aFolder();
	const file = folder.file("a.db");
	await using server = await serving({ DATABASE_URL: `sqlite:${file}` });
	const { display_id } = (await (await post(server.address, "session/start", {})).json()) as Record<
		string,
		string
	>;
	const start = () => post(server.address, "session/start", {});
	const other = new SqliteFile(file);
	for (let round = 0; round < 5; round += 1) {
		expect((await start()).status).toBe(200);
		other.pragma("wal_checkpoint(TRUNCATE)");
		expect((await start()).status).toBe(200);
		other.exec("VACUUM");
		other.pragma("wal_checkpoint(TRUNCATE)");
	}
	other.close();
	expect((await carhythm(file, "session", "erase", display_id ?? "", "--yes")).code).toBe(0);
	expect((await carhythm(file, "backup", "--to", folder.file("backup.db"))).code).toBe(0);
	expect((await start()).status).toBe(200);
	expect((await fetch(`${server.address}/readyz`)).status).toBe(200);
});

/** Starts a server and stops it once it is ready, or lets it end by itself. */
async function aStart(file: string) {
	const words = ["--port", "0", "--host", "127.0.0.1", "--log-level", "warn"];
	const env = { PATH: process.env["PATH"], DATABASE_URL: `sqlite:${file}` };
	const { child, ended } = startFile(CLI, words, { env });
	child.stdout?.on("data", (bytes) => {
		// It listens to signals from the moment after.
		if (String(bytes).includes("is ready")) setTimeout(() => child.kill("SIGTERM"), 300);
	});
	return ended;
}

function isThere(file: string): boolean {
	return existsSync(file) && statSync(file).size > 0;
}

function post(address: string, path: string, body: object): Promise<Response> {
	return fetch(`${address}/api/v2/${path}`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify(body),
	});
}

function missingFrom(file: string, known: readonly string[]): string[] {
	const database = new SqliteFile(file, { readonly: true });
	try {
		const found = database.prepare("select operation_id from session_events").pluck().all();
		return known.filter((id) => !found.includes(id));
	} finally {
		database.close();
	}
}

function integrityOf(file: string): unknown {
	const database = new SqliteFile(file);
	try {
		return database.pragma("integrity_check", { simple: true });
	} finally {
		database.close();
	}
}
