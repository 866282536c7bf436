import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { countedLabels, labelOf } from "./label.ts";
import { askedOf, type Given, givenFor, namesSomething, rowOf } from "./rows.ts";
import { type Endpoint, STATES, type World } from "./world.ts";

const MALFORMED = [
	"nobody",
	"0",
	"-1",
	"1.5",
	" ",
	"\u0000",
	"\ud7ff\u202e",
	"../../etc/passwd",
	"%2e%2e",
	"' or 1=1; --",
	"3f0c2a9e-6f0b-4a44-9d0e-0d2f7f1f6a1",
	"{3f0c2a9e-6f0b-4a44-9d0e-0d2f7f1f6a11}",
	"9".repeat(400),
	"__proto__",
];

/** What becomes of requests by what they name: each cell of one row, by its column. */
export async function idCells(world: World, endpoint: Endpoint): Promise<Record<string, string>> {
	const row = rowOf(endpoint);
	const ask = (given: Given) => world.ask(askedOf(endpoint, given));
	const labelled = async (given: Given) => labelOf(await ask(given), row);
	const valid = await ask(await givenFor(world, endpoint));
	expect(valid.status, `the valid request: ${JSON.stringify(valid.body)}`).toBe(row.status ?? 200);
	const cells: Record<string, string> = { valid: labelOf(valid, row) };
	const isNamed = namesSomething(world, endpoint);
	const malformed = await Promise.all(
		(isNamed ? MALFORMED : []).map((id) => labelled({ world, session_id: id, prepared: id })),
	);
	cells["malformed id"] = countedLabels(malformed);
	const unknown = { world, session_id: randomUUID(), prepared: row.unknown ?? randomUUID() };
	cells["unknown id"] = isNamed ? await labelled(unknown) : "–";
	const isAboutSession = isNamed && !endpoint.path.includes("{version_id}");
	for (const state of STATES) {
		const given = isAboutSession && (await givenFor(world, endpoint, state));
		cells[state] = given ? await labelled(given) : "–";
	}
	return cells;
}
