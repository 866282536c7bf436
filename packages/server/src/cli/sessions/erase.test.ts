// Runs once: it looks for traces in the files of SQLite.
import { existsSync, readFileSync } from "node:fs";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { aSchool } from "../../testing/stores/a-school.ts";
import { aSessionFullOfCanaries } from "../../testing/stores/canaries.ts";

function fileOf({ place }: Awaited<ReturnType<typeof aSchool>>) {
	if (place.url.dialect !== "sqlite") throw new Error("This story is about a file.");
	return place.url;
}

/** Whether the database's files hold a text anywhere, whatever SQLite itself would say. */
function traces(file: string, texts: readonly string[]): string[] {
	const files = [file, `${file}-wal`, `${file}-shm`].filter((path) => existsSync(path));
	return texts.filter((text) => files.some((path) => readFileSync(path).includes(text)));
}

test("erase asks first, then leaves no trace in the database or its log while the server runs on", async () => {
	await using school = await aSchool();
	const { file } = fileOf(school);
	const kept = await school.start();
	await school.essay(kept.session_id, "canary-of-somebody-else");
	const { display_id, former_id, canaries } = await aSessionFullOfCanaries(school);
	expect(traces(file, canaries)).toEqual(canaries);

	const asked = await school.run("session", "erase", display_id);
	expect(asked).toMatchObject({ code: 3, stderr: expect.stringContaining("Nothing was erased.") });
	expect(traces(file, canaries)).toEqual(canaries);

	const erased = await school.run("session", "erase", display_id, "--yes");
	expect(erased).toMatchObject({ code: 0, stdout: expect.stringContaining("Erased.") });
	// The operators' log says which session was erased; by then the display id names nothing.
	expect(traces(file, [former_id, ...canaries])).toEqual([display_id]);
	expect(await school.run("session", "erase", display_id, "--yes")).toMatchObject({ code: 1 });
	expect(traces(file, ["canary-of-somebody-else"])).toEqual(["canary-of-somebody-else"]);
	await school.essay(kept.session_id, "the server goes on");
	expect((await school.store.sessions.find(kept.session_id))?.state.answered).toBe(1);
});

test("while another program reads an old state, erase says that traces are left; --finish removes them later", async () => {
	await using school = await aSchool();
	const { file } = fileOf(school);
	const { display_id, canaries } = await aSessionFullOfCanaries(school);
	const reader = new SqliteFile(file, { readonly: true });
	reader.exec("BEGIN");
	reader.prepare("SELECT count(*) FROM student_responses").get();
	const held = await school.run("session", "erase", display_id, "--yes");
	expect(held).toMatchObject({
		code: 1,
		stdout: "",
		stderr: expect.stringContaining(
			"traces of it are still in the database's files: another program is still reading",
		),
	});
	expect(traces(file, canaries).length).toBeGreaterThan(0);
	reader.exec("COMMIT");
	reader.close();
	expect(await school.run("session", "erase", "--finish")).toMatchObject({ code: 0 });
	expect(traces(file, canaries)).toEqual([display_id]);
}, 60_000);
