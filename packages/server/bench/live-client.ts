// One client of a live database: `live-client.ts URL reader|writer ROWS`. It does what the existing product
// does all the time, one statement after another, until its standard input ends; then it prints how many
// there were and how long the longest took.
import SqliteFile from "better-sqlite3";
import { Client } from "pg";

const [url = "", kind = "reader", rows = "1"] = process.argv.slice(2);
const count = Number(rows);

type Statement = { sql: string; values: readonly (string | number)[] };

const statements: Record<string, () => Statement[]> = {
	reader: () => [
		{ sql: "SELECT id, email, completed_at FROM student_responses WHERE id = ?", values: [anyRow()] },
	],
	writer: () => [
		{
			sql: `INSERT INTO student_responses (session_id, email, full_name, age_group, country, origin_country)
				VALUES (?, 'live@example.com', 'In Progress', 'temp', 'temp', 'temp')`,
			values: [crypto.randomUUID()],
		},
		{ sql: "UPDATE student_responses SET email = ? WHERE id = ?", values: ["changed@example.com", anyRow()] },
	],
};

function anyRow(): number {
	return 1 + Math.floor(Math.random() * count);
}

let ended = false;
process.stdin.on("end", () => {
	ended = true;
});
process.stdin.resume();

const run = url.startsWith("postgres") ? await postgres() : sqlite();
const took: number[] = [];
let failed = 0;
while (!ended) {
	for (const statement of statements[kind]?.() ?? []) {
		const began = performance.now();
		try {
			await run(statement);
		} catch {
			failed += 1;
		}
		took.push(performance.now() - began);
	}
	// A pause, so that two cores are not busy with nothing but this.
	await new Promise((resolve) => setTimeout(resolve, 2));
}
took.sort((a, b) => a - b);
console.log(
	JSON.stringify({
		statements: took.length,
		failed,
		longest_ms: took.at(-1) ?? 0,
		p99_ms: took[Math.floor(took.length * 0.99)] ?? 0,
	}),
);
process.exit(0);

function sqlite(): (statement: Statement) => Promise<void> {
	const database = new SqliteFile(url.replace(/^sqlite:/, ""), { timeout: 60_000 });
	return async ({ sql, values }) => {
		const prepared = database.prepare(sql);
		if (prepared.reader) prepared.all(...values);
		else prepared.run(...values);
	};
}

async function postgres(): Promise<(statement: Statement) => Promise<void>> {
	const client = new Client(url);
	await client.connect();
	return async ({ sql, values }) => {
		let i = 0;
		const text = sql.replace(/\?/g, () => {
			i += 1;
			return `$${i}`;
		});
		await client.query(text, [...values]);
	};
}
