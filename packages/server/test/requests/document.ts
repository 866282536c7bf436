type Cells = Readonly<Record<string, string>>;
/** What one walk over all endpoints has found: for each endpoint its cells by their column. */
export type Section = {
	title: string;
	about: string;
	rows: readonly (readonly [endpoint: string, cells: Cells])[];
};

const INTRO = `# Requests of every kind, endpoint by endpoint

Made by \`packages/server/test/requests/requests.test.ts\`, which sends these requests to the whole app on
SQLite and on PostgreSQL and compares what comes back with this page. Each reply is held against the
OpenAPI document: its status, its content type and every field. An endpoint without a row in
\`test/requests/rows.ts\` fails the test. After a change on purpose:
\`npx vitest run --project server packages/server/test/requests -u\`, and read what changed.

"×7" means seven requests with this reply. "–" means that there is no such request.

Random requests on top: 20,000 in \`npm test\` (\`packages/server/test/fuzz/fuzz.test.ts\`), and
\`npm run campaign:fuzz -- --requests 1000000 --seed 1\`; its runs are in [fuzz.md](fuzz.md).
`;

/** The page docs/evidence/requests.md. */
export function requestsPage(sections: readonly Section[]): string {
	return [INTRO, ...sections.map(sectionText)].join("\n");
}

function sectionText({ title, about, rows }: Section): string {
	const columns = Object.keys(rows[0]?.[1] ?? {});
	const lines = rows.map(
		([endpoint, cells]) => `| \`${endpoint}\` | ${columns.map((name) => cells[name]).join(" | ")} |`,
	);
	const head = [`| endpoint | ${columns.join(" | ")} |`, `|---|${columns.map(() => "---|").join("")}`];
	return `## ${title}\n\n${about}\n\n${[...head, ...lines].join("\n")}\n`;
}
