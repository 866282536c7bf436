import { randomBytes } from "node:crypto";
import type { Instant } from "@carhythm/core";
import type { Client } from "pg";
import type { DatabaseUrl } from "../../db/dialect.ts";
import { errorCode } from "../../db/errors.ts";
import { OperatorError } from "../../operator-error.ts";
import type { Manifest } from "./manifest.ts";
import { freeName, stampOf } from "./names.ts";
import type { RestoreStep } from "./options.ts";
import { type Address, addressOf, besides, withClient } from "./postgres-connection.ts";
import { countDump, proveDatabase } from "./postgres-content.ts";
import { createLike, dropScratch, nameBeside, readCreateRight, restoreInto } from "./postgres-scratch.ts";
import { findTools, type Tools } from "./postgres-tools.ts";
import { renewPostgresIncarnation } from "./renew-incarnation.ts";

type Means = {
	now: Instant;
	replace?: boolean;
	step: (step: RestoreStep) => void;
	prepare: (url: DatabaseUrl) => Promise<void>;
};
type Target = {
	major: number;
	empty: boolean;
	/** What is missing for putting another database in its place, as the end of a sentence; null when nothing is. */
	lacking: string | null;
	others: string[];
};

/** The databases that every server has, for the moment in which no connection to the one in question may exist. */
const MAINTENANCE = ["postgres", "template1"];
const IN_USE = "55006";

/**
 * Restores into an empty database in one transaction. One that is not empty stays as it is: the backup is
 * restored into another database, proven there, and the two change names in one transaction.
 * @returns the name under which the database of before is kept
 */
export async function restorePostgres(
	backup: string,
	manifest: Manifest,
	url: string,
	{ now, replace, step, prepare }: Means,
): Promise<string | null> {
	const address = addressOf(url);
	const target = await withClient(address, look);
	refuseUse(address, target.others);
	// Everything that stands in the way is told before the dump is read.
	if (!target.empty) refuseReplacing(address, target, replace);
	const tools = await findTools(Math.max(target.major, Number.parseInt(manifest.server_version, 10)));
	await countDump(backup, manifest.tables, tools, address);
	if (target.empty) {
		step("restoring it into the empty database");
		await restoreInto(address, backup, tools);
		step("comparing every row with the backup");
		await proveDatabase(address, manifest.tables);
		await withClient(address, renewPostgresIncarnation);
		await prepare({ dialect: "postgres", url: address.url });
		return null;
	}
	return replaceWith(address, backup, manifest, tools, { now, step, prepare });
}

function refuseReplacing({ database }: Address, { lacking }: Target, replace = false): void {
	if (!replace) {
		throw new OperatorError(
			"refused",
			`The database ${database} is not empty. Add --replace to put the backup in its place; what is there now is kept under another name.`,
		);
	}
	if (lacking !== null) {
		throw new OperatorError(
			"refused",
			`Replacing ${database} needs a user who ${lacking} Nothing was changed.`,
		);
	}
}

async function look(client: Client): Promise<Target> {
	const { rows } = await client.query<Omit<Target, "lacking" | "others"> & { owned: boolean }>(`
		select current_setting('server_version_num')::int / 10000 as major,
			(select pg_has_role(datdba, 'USAGE') from pg_database where datname = current_database()) as owned,
			not exists (
				select from (
					select oid, relnamespace as namespace from pg_class
					union all select oid, pronamespace from pg_proc
					union all select oid, typnamespace from pg_type
				) as object join pg_namespace n on n.oid = object.namespace
				where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
					and not exists (select from pg_depend d where d.objid = object.oid and d.deptype = 'e')
			) as empty`);
	const { major = 0, empty = false, owned = false } = rows[0] ?? {};
	const others = await othersIn(client);
	return { major, empty, lacking: await lackingRight(client, owned), others };
}

async function lackingRight(client: Client, owned: boolean): Promise<string | null> {
	const { role, mayCreate, grant } = await readCreateRight(client);
	if (!owned) {
		const name = client.escapeIdentifier(client.database ?? "");
		const owner = client.escapeIdentifier(role);
		return `owns it, and the role ${role} does not. ALTER DATABASE ${name} OWNER TO ${owner} allows it.`;
	}
	return mayCreate ? null : `may make databases, and the role ${role} may not. ${grant} allows it.`;
}

async function othersIn(client: Client): Promise<string[]> {
	// Of other roles' connections, a role without more rights is told neither `backend_type` nor anything else
	// but who and where.
	const { rows } = await client.query<{ name: string; role: string; pid: number }>(
		`select coalesce(nullif(application_name, ''), 'a program') as name, usename as role, pid from pg_stat_activity
		where datname = current_database() and pid <> pg_backend_pid() and usename is not null
			and coalesce(backend_type, 'client backend') = 'client backend'`,
	);
	return rows.map(({ name, role, pid }) => `${name} as ${role}, backend ${pid}`);
}

function refuseUse(address: Address, others: readonly string[]): void {
	if (others.length > 0) throw inUse(address, `: ${others.join("; ")}`);
}

function inUse({ database }: Address, who = ""): OperatorError {
	return new OperatorError(
		"refused",
		`Others are connected to the database ${database}${who}. Stop them and restore again; nothing was changed.`,
	);
}

async function namesOfDatabases(client: Client): Promise<Set<string>> {
	const { rows } = await client.query<{ datname: string }>("SELECT datname FROM pg_database");
	return new Set(rows.map(({ datname }) => datname));
}

async function replaceWith(
	address: Address,
	backup: string,
	manifest: Manifest,
	tools: Tools,
	{ now, step, prepare }: Omit<Means, "replace">,
): Promise<string> {
	const fresh = besides(
		address,
		nameBeside(address.database, `_restoring_${randomBytes(4).toString("hex")}`),
	);
	const stamp = stampOf(now)
		.toLowerCase()
		.replace(/[^\dtz]/g, "");
	const names = await onServer(address, namesOfDatabases);
	const kept = nameBeside(
		address.database,
		freeName(`_replaced_${stamp}`, (end) => names.has(nameBeside(address.database, end)), "_"),
	);
	await withClient(address, (client) => createLike(client, fresh.database));
	try {
		step("restoring it into a database of its own");
		await restoreInto(fresh, backup, tools);
		step("comparing every row with the backup");
		await proveDatabase(fresh, manifest.tables);
		await withClient(fresh, renewPostgresIncarnation);
		await prepare({ dialect: "postgres", url: fresh.url });
		step("putting the restored one in its place");
		await onServer(address, (client) => changeNames(client, address, fresh, kept));
	} catch (error) {
		await onServer(address, (client) => dropScratch(client, fresh.database));
		throw error;
	}
	return kept;
}

async function changeNames(client: Client, address: Address, fresh: Address, kept: string): Promise<void> {
	const rename = (from: string, to: string) =>
		client.query(`alter database ${client.escapeIdentifier(from)} rename to ${client.escapeIdentifier(to)}`);
	await client.query("begin");
	try {
		await rename(address.database, kept);
		await rename(fresh.database, address.database);
		await client.query("commit");
	} catch (error) {
		await client.query("rollback");
		throw errorCode(error) === IN_USE ? inUse(address) : error;
	}
}

/** Connects to a database of the server that is not the one in question. */
async function onServer<T>(address: Address, work: (client: Client) => Promise<T>): Promise<T> {
	const [first = "postgres", second = "template1"] = MAINTENANCE.filter((name) => name !== address.database);
	let connected = false;
	const attempt = (name: string) =>
		withClient(besides(address, name), (client) => {
			connected = true;
			return work(client);
		});
	try {
		return await attempt(first);
	} catch (error) {
		if (connected) throw error;
		return attempt(second);
	}
}
