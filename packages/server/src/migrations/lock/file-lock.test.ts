import { expect, test } from "vitest";
import { aFolder } from "../../testing/folders/a-folder.ts";
import { runFile } from "../../testing/processes/run.ts";

const TAKE_TURNS = new URL("../../testing/programs/take-turns.ts", import.meta.url);

test("processes that take the lock one right after another never have it together, and none stumbles over another's end", async () => {
	using folder = aFolder();
	const words = [`sqlite:${folder.file("carhythm.db")}`, "3000", folder.file("held")];
	const runs = Array.from({ length: 4 }, () => runFile(TAKE_TURNS, words));
	for (const { code, stderr } of await Promise.all(runs)) {
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	}
}, 120_000);
