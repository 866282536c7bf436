import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import { networkInterfaces } from "node:os";
import { toInstant } from "@carhythm/core";
import { pino } from "pino";
import { createApp } from "./app.ts";
import type { Config } from "./config.ts";
import { createStore } from "./db/create-store.ts";
import type { Database } from "./db/dialect.ts";
import { databaseExists, describeDatabase, openDatabase } from "./db/open.ts";
import { warnOfPlainConnection } from "./db/postgres/plain-connection.ts";
import { missingPurgeGrants, PURGE_SENTENCE } from "./db/postgres/rights.ts";
import { startRetention } from "./db/retention/automatic.ts";
import { cutoffOf } from "./db/retention/kinds.ts";
import { createDiskWatch } from "./db/sqlite/disk-watch.ts";
import { refuseStaleLog } from "./db/sqlite/open-log.ts";
import type { DiskWatch } from "./db/store.ts";
import { erasureMemoryOf } from "./erasure-memory.ts";
import { startHousekeeping } from "./housekeeping.ts";
import { createHttpServer } from "./http/http-server.ts";
import type { Meter } from "./metrics/meter.ts";
import { exposedFiles } from "./migrations/backup/exposed-files.ts";
import { eraseKept } from "./migrations/steps/undo-tables.ts";
import { consentNeedOf } from "./notice.ts";
import { OperatorError } from "./operator-error.ts";
import { webRoot } from "./paths.ts";
import { prepareDatabase } from "./prepare-database.ts";
import { purgeBackups, rulesAt } from "./retention.ts";
import { untilStopped } from "./shutdown.ts";

/**
 * Runs the server until it is told to stop: open, migrate, listen; on SIGTERM or SIGINT take no more
 * requests, finish those under way, close the database.
 * @param say shows a line to the operator
 */
export async function serve(config: Config, say: (line: string) => void): Promise<void> {
	const log = pino({ level: config.log_level, timestamp: pino.stdTimeFunctions.isoTime });
	refuseStaleLog(config.database_url);
	const isNew = !databaseExists(config.database_url);
	const database = await openDatabase(config.database_url);
	try {
		await prepareDatabase(database, config, (line) => log.info(line));
		for (const warning of exposedFiles(config.database_url)) log.warn(warning);
		const plain = warnOfPlainConnection(config.database_url);
		if (plain !== null) log.warn(plain);
		const missing = await missingPurgeGrants(database);
		if (missing.length > 0) log.warn({ missing }, PURGE_SENTENCE);
		database.watch((line) => log.fatal(line));

		const means = { now: () => toInstant(Date.now()), randomBytes };
		const { session_expiry_days, session_secret_days, cors_origins, public_url, trust_proxy, theme, limits } =
			config;
		const disk = createDiskWatch(config.database_url, limits);
		const web_root = webRoot();
		const meter = config.metrics ? await loadMeter(database, disk) : null;
		const store = createStore(database, {
			...means,
			expiry_days: session_expiry_days,
			secret_days: session_secret_days,
			consent_need: consentNeedOf(config),
			bounds: limits,
			...(meter && { observer: meter }),
		});
		const app = createApp({
			...means,
			...(meter && { meter }),
			...(disk && { disk }),
			store,
			config: {
				cors_origins,
				theme,
				session_expiry_days,
				public_url,
				retention: config,
				shared_default: config.shared_default,
				personal_fields: config.personal_fields,
				notice: config,
				trust_proxy,
				limits,
			},
			log,
			web_root,
		});
		const server = createHttpServer(app, config, log);
		const port = await listen(server, config);
		const endRetention = startRetention(database, {
			rules: () => rulesAt(config, means.now()),
			eraseKept,
			openMemory: () => erasureMemoryOf(config),
			log,
			purgeFiles: () => purgeBackups(config, means.now()),
		});
		// Streams of events would stay open for ever.
		const stopped = untilStopped(server, log, () => store.notifier.close());
		const place = `${isNew ? "A new database was made" : "Database"}: ${describeDatabase(config.database_url)}`;
		say([...welcome(config, port, web_root !== null), place].join("\n"));
		log.info({ host: config.host, port }, "listening");
		const endHousekeeping = startHousekeeping(database, {
			log,
			codesBefore: () => cutoffOf("codes", rulesAt(config, means.now())),
		});
		await stopped;
		await endHousekeeping();
		await endRetention();
	} finally {
		await database.close();
	}
	log.info("stopped");
}

/** Loaded only where metrics are on. */
async function loadMeter(database: Database, disk: DiskWatch | null): Promise<Meter> {
	const { createMeter } = await import("./metrics/prometheus.ts");
	return createMeter(database.pools, disk);
}

function listen(server: Server, { host, port }: Config): Promise<number> {
	return new Promise((resolve, reject) => {
		server.once("error", (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)));
		server.listen(port, host, () => {
			const address = server.address();
			resolve(typeof address === "object" && address ? address.port : port);
		});
	});
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): Error {
	switch (error.code) {
		case "EADDRINUSE":
			return new OperatorError(
				"failed",
				`Port ${port} is already in use. Stop the other program, or choose another port with --port or PORT.`,
			);
		case "EACCES":
			return new OperatorError(
				"failed",
				`This user may not listen on port ${port}. Choose another one with --port or PORT, for example 8000.`,
			);
		case "EADDRNOTAVAIL":
		case "ENOTFOUND":
		case "EAI_AGAIN":
			return new OperatorError("failed", `${host} is not an address of this machine. Change --host or HOST.`);
		default:
			return error;
	}
}

function welcome({ host, public_url }: Config, port: number, hasPages: boolean): string[] {
	const everywhere = host === "0.0.0.0" || host === "::";
	const here = address(everywhere ? "localhost" : host, port);
	if (public_url !== null) {
		return [`CaRhythm is ready: ${public_url.origin}`, `It listens at ${here}.`, ...missingPages(hasPages)];
	}
	const lines = [`CaRhythm is ready: ${here}`];
	const lan = everywhere ? lanAddress() : null;
	if (lan) lines.push(`On other devices in this network: ${address(lan, port)}`);
	lines.push("For a network that you trust. On the internet set PUBLIC_URL to the site's https address.");
	return [...lines, ...missingPages(hasPages)];
}

function missingPages(hasPages: boolean): string[] {
	return hasPages ? [] : ["Only the API is served: the pages are not built. Build them with: npm run build"];
}

function address(host: string, port: number): string {
	return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function lanAddress(): string | null {
	const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
	return addresses.find((entry) => entry.family === "IPv4" && !entry.internal)?.address ?? null;
}
