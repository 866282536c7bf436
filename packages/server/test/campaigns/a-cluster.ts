import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import type { DatabaseUrl } from "../../src/db/dialect.ts";
import { aPostgresServer } from "../../src/testing/postgres-server.ts";
import { fillDatabase } from "./places.ts";

const START_ATTEMPTS = 100;

/** A PostgreSQL of the campaign's own, with a database that is ready to be served. */
export async function aCluster(place?: string, environment: Readonly<Record<string, string>> = {}) {
	const server = await aPostgresServer({ ...(place && { place }), environment });
	const addressOf = (database: string) => `postgres://carhythm@127.0.0.1:${server.port}/${database}`;
	await ask(addressOf("postgres"), "create database carhythm template template0");
	const url: DatabaseUrl & { dialect: "postgres" } = { dialect: "postgres", url: addressOf("carhythm") };
	await fillDatabase(url);
	/** After a crash the first attempts may find processes or memory of the old one still there. */
	async function start(): Promise<void> {
		for (let attempt = 1; ; attempt += 1) {
			try {
				return await server.start();
			} catch (error) {
				if (attempt === START_ATTEMPTS) throw error;
				await sleep(50);
			}
		}
	}

	return {
		...server,
		url,
		query: (text: string) => ask(url.url, text),
		start,
		/** Whether or not it has ended by itself. */
		async restart() {
			await server.kill("all");
			await start();
		},
	};
}

export type Cluster = Awaited<ReturnType<typeof aCluster>>;

async function ask(address: string, text: string): Promise<Record<string, unknown>[]> {
	const client = new Client(address);
	client.on("error", () => {});
	await client.connect();
	try {
		const result: unknown = await client.query(text);
		const last = (Array.isArray(result) ? result.at(-1) : result) as { rows: Record<string, unknown>[] };
		return last.rows;
	} finally {
		await client.end();
	}
}
