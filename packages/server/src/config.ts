import { isIP } from "node:net";
import { delimiter } from "node:path";
import { LATE_DELIVERY_DAYS, ThemeReply } from "@carhythm/core";
import * as z from "zod/mini";
import { textOf } from "./config-text.ts";
import { type DatabaseUrl, parseDatabaseUrl } from "./db/dialect.ts";
import type { PublicUrl, TrustProxy } from "./http/context.ts";
import { type Limits, readLimits } from "./limits.ts";
import { noticeProblem } from "./notice-settings.ts";
import { OperatorError } from "./operator-error.ts";
import { PRIVACY_SETTINGS, type PrivacyConfig } from "./privacy-settings.ts";
import { integer, jsonText, type Setting, yesOrNo } from "./setting.ts";

/** Everything that an operator may set. */
export type Config = PrivacyConfig & {
	database_url: DatabaseUrl;
	host: string;
	/** 0 takes any free one. */
	port: number;
	cors_origins: readonly string[];
	session_expiry_days: number;
	/** For how many days after its end a session's id still opens it. */
	session_secret_days: number;
	log_level: LogLevel;
	/** The proxies whose `X-Forwarded-*` headers are believed. */
	trust_proxy: TrustProxy;
	/** Null where it is not set. */
	public_url: PublicUrl | null;
	/** Whether the server may bring a database on a server up to date. */
	migrate_on_start: boolean;
	/** How many backups that the server made before upgrades at its start are kept. */
	backups_kept: number;
	/** Whether `GET /metrics` is there. */
	metrics: boolean;
	/** What replaces the values of `GET /api/v2/settings/theme`. */
	theme: Partial<z.infer<typeof ThemeReply>>;
	/** What anonymous clients may do: see limits.ts. */
	limits: Limits;
};

const LogLevel = z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]);
type LogLevel = z.infer<typeof LogLevel>;

const listOf = (text: string) =>
	text
		.split(",")
		.map((entry) => entry.trim())
		.filter((entry) => entry !== "");

const Origins = z.pipe(
	z.pipe(z.string(), z.transform(listOf)),
	z.array(z.string().check(z.regex(/^https?:\/\/[^\s/?#@:*]+(:(\d{1,5}|\*))?$/))),
);

const TrustedProxies = z.pipe(
	z.string().check(z.refine((text) => /^(true|false)$/.test(text) || listOf(text).every(isNetwork))),
	z.transform((text): TrustProxy => (/^(true|false)$/.test(text) ? text === "true" : listOf(text))),
);

function isNetwork(text: string): boolean {
	const [address = "", bits, ...rest] = text.split("/");
	const most = isIP(address) === 6 ? 128 : 32;
	return (
		isIP(address) !== 0 &&
		rest.length === 0 &&
		(bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
	);
}

/** Empty means not set. */
const PublicAddress = z.pipe(
	z.string().check(z.refine((text) => text === "" || publicUrlOf(text) !== null)),
	z.transform(publicUrlOf),
);

function publicUrlOf(text: string): PublicUrl | null {
	if (!/^https?:\/\/[^\s/?#@]+\/?$/i.test(text) || !URL.canParse(text)) return null;
	const { origin, host, protocol } = new URL(text);
	return { origin, host, is_https: protocol === "https:" };
}

const ThemeChanges = z.pipe(
	z.pipe(jsonText, z.strictObject(z.partial(ThemeReply).shape)),
	// JSON holds no undefined, so what is named has a value.
	z.transform((changes) => changes as Config["theme"]),
);

type Settings = { [Name in Exclude<keyof Config, "database_url" | "limits">]: Setting<Config[Name]> } & {
	database_url: Setting<string>;
};

/** The table behind the configuration, its messages and its help. */
export const SETTINGS: Settings = {
	database_url: {
		variable: "DATABASE_URL",
		flag: "--database-url",
		placeholder: "URL",
		fallback: "sqlite:./carhythm.db",
		about: "The database: sqlite:FILE or postgres://USER:PASSWORD@HOST:PORT/DATABASE.",
		allowed: "It must have the form sqlite:FILE or postgres://USER:PASSWORD@HOST:PORT/DATABASE.",
		schema: z.string(),
	},
	host: {
		variable: "HOST",
		flag: "--host",
		placeholder: "ADDRESS",
		fallback: "0.0.0.0",
		about: "Where to listen. 0.0.0.0 also serves phones in the same network; 127.0.0.1 this machine only.",
		allowed: "It must be a host name or an address.",
		schema: z.string().check(z.regex(/^[\w.:-]+$/)),
	},
	port: {
		variable: "PORT",
		flag: "--port",
		placeholder: "NUMBER",
		fallback: "8000",
		about: "The port to listen on; 0 takes any free one.",
		allowed: "It must be a number from 0 to 65535.",
		schema: integer(0, 65_535),
	},
	cors_origins: {
		variable: "CORS_ORIGINS",
		flag: "--cors-origins",
		placeholder: "LIST",
		fallback: "http://localhost:*,http://127.0.0.1:*,https://localhost:*,https://127.0.0.1:*",
		about:
			"Front ends elsewhere that may use the API, separated by commas; :* means any port. None by default where PUBLIC_URL is not this machine.",
		allowed: "It must be a list such as https://school.example,http://localhost:*.",
		schema: Origins,
	},
	session_expiry_days: {
		variable: "SESSION_EXPIRY_DAYS",
		flag: "--session-expiry-days",
		placeholder: "DAYS",
		fallback: "30",
		about: "How long an unfinished session can be continued after its last activity.",
		allowed: "It must be a number of days from 1 to 3650.",
		schema: integer(1, 3650),
	},
	session_secret_days: {
		variable: "SESSION_SECRET_DAYS",
		flag: "--session-secret-days",
		placeholder: "DAYS",
		fallback: "90",
		about: "How long a session's id still opens it after it was completed, was set aside or has expired.",
		allowed: "It must be a number of days from 30 to 3650.",
		// Answers that were given in time are taken in for 30 days after the expiry, by the id.
		schema: integer(LATE_DELIVERY_DAYS, 3650),
	},
	log_level: {
		variable: "LOG_LEVEL",
		flag: "--log-level",
		placeholder: "LEVEL",
		fallback: "info",
		about: "How much is logged: fatal, error, warn, info, debug, trace or silent.",
		allowed: "It must be fatal, error, warn, info, debug, trace or silent.",
		schema: LogLevel,
	},
	trust_proxy: {
		variable: "TRUST_PROXY",
		flag: "--trust-proxy",
		placeholder: "LIST",
		fallback: "false",
		about: "The addresses of your proxies, separated by commas: their X-Forwarded-* headers are believed.",
		allowed: "It must be a list such as 10.0.0.5,172.16.0.0/12, or true (every address) or false (none).",
		schema: TrustedProxies,
	},
	public_url: {
		variable: "PUBLIC_URL",
		flag: "--public-url",
		placeholder: "URL",
		fallback: "",
		about:
			"The address that students open, such as https://career.school.example: nothing else is then served.",
		allowed: "It must be the beginning of an address, such as https://career.school.example, without a path.",
		schema: PublicAddress,
	},
	migrate_on_start: {
		variable: "MIGRATE_ON_START",
		flag: "--migrate",
		placeholder: "BOOLEAN",
		needsNoValue: true,
		fallback: "false",
		about: "true brings a PostgreSQL database up to date at the start; an SQLite file always is.",
		allowed: "It must be true or false.",
		schema: yesOrNo,
	},
	backups_kept: {
		variable: "BACKUPS_KEPT",
		flag: "--backups-kept",
		placeholder: "NUMBER",
		fallback: "5",
		about: "How many backups made before upgrades at the start are kept; older ones are deleted.",
		allowed: "It must be a number from 1 to 1000.",
		schema: integer(1, 1000),
	},
	metrics: {
		variable: "METRICS",
		flag: "--metrics",
		placeholder: "BOOLEAN",
		needsNoValue: true,
		fallback: "false",
		about: "true serves figures for Prometheus at /metrics, to everyone who can reach the port.",
		allowed: "It must be true or false.",
		schema: yesOrNo,
	},
	theme: {
		variable: "THEME",
		flag: "--theme",
		placeholder: "JSON",
		fallback: "{}",
		about: "What front ends of your own read as colours and words, where it is to differ.",
		allowed: `It must be JSON such as {"brand_name": "Our school", "primary_color": "#224466"}.`,
		schema: ThemeChanges,
	},
	...PRIVACY_SETTINGS,
};

export type SettingName = Exclude<keyof Config, "limits">;
export type Flags = Partial<Record<SettingName, string>>;

/**
 * Reads the configuration: a flag goes before the environment, which goes before the default. An empty
 * variable counts as not set. `NAME_FILE` names a file that holds what else would stand in `NAME`, as
 * containers hand secrets over.
 * @throws OperatorError `usage` with one sentence for each mistake
 */
export function readConfig(flags: Flags, environment: NodeJS.ProcessEnv = process.env): Config {
	const problems: string[] = [];
	const read = <T>(setting: Setting<T>, given: string | undefined): T | undefined => {
		const found = textOf(setting, given, environment);
		if ("problem" in found) {
			problems.push(found.problem);
			return undefined;
		}
		const parsed = setting.schema.safeParse(found.value);
		if (parsed.success) return parsed.data;
		// What stands in a file may be a secret, so it is not repeated.
		const said = found.isOfFile ? "holds what cannot be used" : `is "${found.value}"`;
		problems.push(`${found.source} ${said}. ${setting.allowed}`);
		return undefined;
	};

	const database = textOf(SETTINGS.database_url, flags.database_url, environment);
	const parsedUrl = "problem" in database ? null : parseDatabaseUrl(database.value);
	if ("problem" in database) problems.push(database.problem);
	// A database address may hold a password, so it is not repeated.
	else if (!parsedUrl?.ok) problems.push(`${database.source} cannot be used. ${parsedUrl?.problem}`);
	const rest = {
		host: read(SETTINGS.host, flags.host),
		port: read(SETTINGS.port, flags.port),
		cors_origins: read(SETTINGS.cors_origins, flags.cors_origins),
		session_expiry_days: read(SETTINGS.session_expiry_days, flags.session_expiry_days),
		session_secret_days: read(SETTINGS.session_secret_days, flags.session_secret_days),
		log_level: read(SETTINGS.log_level, flags.log_level),
		trust_proxy: read(SETTINGS.trust_proxy, flags.trust_proxy),
		public_url: read(SETTINGS.public_url, flags.public_url),
		migrate_on_start: read(SETTINGS.migrate_on_start, flags.migrate_on_start),
		backups_kept: read(SETTINGS.backups_kept, flags.backups_kept),
		metrics: read(SETTINGS.metrics, flags.metrics),
		theme: read(SETTINGS.theme, flags.theme),
		...readPrivacy(read, flags),
	};
	const limits = readLimits(environment, problems);
	const lacking = isComplete(rest) ? noticeProblem(rest) : null;
	if (lacking) problems.push(lacking);
	if (!parsedUrl?.ok || !isComplete(rest) || problems.length > 0)
		throw new OperatorError("usage", problems.join("\n"));
	const isPublic = rest.public_url !== null && !LOOPBACK.test(new URL(rest.public_url.origin).hostname);
	const { variable } = SETTINGS.cors_origins;
	const isGiven = Boolean(flags.cors_origins ?? (environment[variable] || environment[`${variable}_FILE`]));
	// A page on a reader's own machine is a developer's, or any program's there: a public site trusts none.
	const cors_origins = isPublic && !isGiven ? [] : rest.cors_origins;
	return { database_url: parsedUrl.url, ...rest, cors_origins, limits };
}

/** The names of the reader's own machine in an address. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/** The settings of privacy-settings.ts, which are of several types. */
function readPrivacy(
	read: (setting: Setting<unknown>, given: string | undefined) => unknown,
	flags: Flags,
): { [Name in keyof PrivacyConfig]: PrivacyConfig[Name] | undefined } {
	const names = Object.keys(PRIVACY_SETTINGS) as (keyof PrivacyConfig)[];
	const values = names.map((name) => [name, read(PRIVACY_SETTINGS[name], flags[name])]);
	return Object.fromEntries(values) as { [Name in keyof PrivacyConfig]: PrivacyConfig[Name] | undefined };
}

type Rest = Omit<Config, "database_url" | "limits">;

function isComplete(rest: { [Name in keyof Rest]: Rest[Name] | undefined }): rest is Rest {
	return Object.values(rest).every((value) => value !== undefined);
}

/** The environment of a program that is started from here. */
export function environmentOf(added: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
	return { ...process.env, ...added };
}

/** The folders in which the system looks for programs. */
export function programFolders(): string[] {
	return (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
}
