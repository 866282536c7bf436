import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wrap } from "../wrap.ts";
import { addressCells } from "./addresses.ts";
import { bodyCells } from "./bodies.ts";
import { withBudgets } from "./budgets.ts";
import { requestsPage, type Section } from "./document.ts";
import { idCells } from "./ids.ts";
import { ROWS } from "./rows.ts";
import { aWorld, type Endpoint, type World } from "./world.ts";

const PAGE = fileURLToPath(new URL("../../../../docs/evidence/requests.md", import.meta.url));

let world: World;
beforeAll(async () => {
	world = await aWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

test("every endpoint that is served has a row, and every row an endpoint", () => {
	expect(Object.keys(ROWS).toSorted()).toEqual(world.endpoints.map(({ name }) => name).toSorted());
});

type Walk = Pick<Section, "title" | "about"> & {
	takes: (endpoint: Endpoint) => boolean;
	cells: (endpoint: Endpoint) => Promise<Record<string, string>>;
};

test("each endpoint replies to valid and invalid requests as docs/evidence/requests.md shows", async () => {
	await using budgets = await withBudgets(world);
	const walks: readonly Walk[] = [
		{
			title: "What a request names",
			about:
				'The session is in the state that the column names; "secret ended" is 90 days after its end, "former id" what it was called before its other devices were left.',
			takes: () => true,
			cells: (endpoint) => idCells(world, endpoint),
		},
		{
			title: "Bodies",
			about:
				"Endpoints that take none ignore it. Each field is given each value that the document forbids there.",
			takes: ({ operation }) => operation.requestBody !== undefined,
			cells: (endpoint) => bodyCells(world, endpoint),
		},
		{
			title: "Methods, parameters, pages and hosts",
			about: "The browser's cookie names another session. With `PUBLIC_URL` any other Host is refused.",
			takes: () => true,
			cells: (endpoint) => addressCells(world, endpoint),
		},
		{
			title: "Budgets",
			about:
				"Which settings of [limits.md](../limits.md) refuse a request when they are used up, without their `LIMIT_`.",
			takes: () => true,
			cells: budgets.cells,
		},
	];
	const sections: Section[] = [];
	for (const { title, about, takes, cells } of walks) {
		const rows: [string, Record<string, string>][] = [];
		for (const endpoint of world.endpoints.filter(takes)) rows.push([endpoint.name, await cells(endpoint)]);
		sections.push({ title, about: wrap(about), rows });
	}
	expect(budgets.unmet()).toEqual([]);
	await expect(requestsPage(sections)).toMatchFileSnapshot(PAGE);
}, 400_000);
