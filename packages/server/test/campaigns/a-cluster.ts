import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Client } from "pg";
import type { DatabaseUrl } from "../../src/index.ts";
import { aPostgresServer } from "../../src/testing/postgres/own-postgres-server.ts";
import { fillDatabase } from "./environment/campaign-database.ts";

const START_ATTEMPTS = 600;

/** Starts a PostgreSQL of the campaign's own, with a migrated database. */
export async function aCluster(place?: string, environment: Readonly<Record<string, string>> = {}) {
	const server = await aPostgresServer({ ...(place && { place }), environment });
	await ask(addressOf(server, "postgres"), "create database carhythm template template0");
	const cluster = clusterOf(server);
	await fillDatabase(cluster.url);
	return cluster;
}

export type Cluster = ReturnType<typeof clusterOf>;

/**
 * Starts a standby of this primary, which is down for a moment meanwhile.
 * @param port leads to the primary
 */
export async function aStandby(primary: Cluster, port: number): Promise<Cluster> {
	await primary.stop();
	const standby = clusterOf(await aPostgresServer({ fill: (data) => copyAsStandby(primary, data, port) }));
	await primary.start();
	while ((await followersOf(primary))[0]?.["state"] !== "streaming") await sleep(20);
	return standby;
}

/** Copies the data of a stopped primary, and names the port where the copy finds it once it runs again. */
async function copyAsStandby(primary: Cluster, data: string, port: number): Promise<void> {
	await promisify(execFile)("cp", ["-a", `${primary.data}/.`, data]);
	const settings = [
		`primary_conninfo = 'host=127.0.0.1 port=${port} user=carhythm'`,
		"wal_retrieve_retry_interval = '100ms'",
	];
	writeFileSync(join(data, "postgresql.auto.conf"), settings.join("\n"));
	writeFileSync(join(data, "standby.signal"), "");
}

/** The state of each standby as the primary sees it. */
export function followersOf(primary: Cluster): Promise<Record<string, unknown>[]> {
	return primary.query("select state, sync_state from pg_stat_replication");
}

/** The URL of a database of this server. */
export const addressOf = ({ port }: { port: number }, database = "carhythm") =>
	`postgres://carhythm@127.0.0.1:${port}/${database}`;

function clusterOf(server: Awaited<ReturnType<typeof aPostgresServer>>) {
	const url: DatabaseUrl & { dialect: "postgres" } = {
		dialect: "postgres",
		url: addressOf(server),
	};
	/** Retries, because after a crash processes or shared memory of the old server may still be there. */
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
		/** Makes commits wait for standbys of this name; for none if it is empty. */
		async waitFor(standbys: string) {
			await ask(url.url, `alter system set synchronous_standby_names = '${standbys}'`);
			await ask(url.url, "select pg_reload_conf()");
			const isSet = async () =>
				(await ask(url.url, "show synchronous_standby_names"))[0]?.["synchronous_standby_names"] === standbys;
			while (!(await isSet())) await sleep(20);
		},
		/** Starts the server again, whether it is still running or has ended. */
		async restart() {
			await server.kill("all");
			await start();
		},
	};
}

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
