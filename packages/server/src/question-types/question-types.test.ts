import { readFileSync } from "node:fs";
import { QUESTION_TYPE_NAMES } from "@carhythm/core";
import { expect, test } from "vitest";

test("the name of every question type fits questions.question_type; a longer one needs a migration", () => {
	const tables = readFileSync(new URL("../migrations/versions/001-tables.ts", import.meta.url), "utf8");
	const [, longest] = /question_type VARCHAR\((\d+)\) NOT NULL,\s+image_path/.exec(tables) ?? [];
	expect(Number(longest)).toBeGreaterThan(0);
	const tooLong = QUESTION_TYPE_NAMES.filter((name) => name.length > Number(longest));
	expect(tooLong, "widen questions.question_type by a new migration first").toEqual([]);
});
