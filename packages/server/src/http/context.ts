import type { Instant, ProblemCode, ThemeReply } from "@carhythm/core";
import type { HttpBindings } from "@hono/node-server";
import type { Logger } from "pino";
import type * as z from "zod/mini";
import type { DiskWatch, Store } from "../db/store.ts";
import type { Limits } from "../limits.ts";
import type { Meter } from "../metrics/meter.ts";
import type { PromiseConfig } from "../notice.ts";
import type { SecurityEvent } from "./security-events.ts";

/** The address under which students open the site, such as `https://career.school.example`. */
export type PublicUrl = { readonly origin: string; readonly host: string; readonly is_https: boolean };

/** Every address (true), none (false), or a list of addresses and networks such as `10.0.0.0/8`. */
export type TrustProxy = boolean | readonly string[];

/** What the HTTP side is told from outside. */
export type HttpConfig = PromiseConfig & {
	/** Who may read replies from another origin: `https://school.example`, or `http://localhost:*` for any port. */
	cors_origins: readonly string[];
	/** What anonymous clients may do. */
	limits: Limits;
	/** The site's own address; null where a server is known by several, as in a local network. */
	public_url?: PublicUrl | null;
	/** The proxies whose `X-Forwarded-*` headers are believed. */
	trust_proxy?: TrustProxy;
	/** What replaces the values of `GET /api/v2/settings/theme`. */
	theme?: Partial<z.infer<typeof ThemeReply>>;
};

/** Who asks, as far as it can be believed. */
type Client = {
	/** Whether the browser came by https. */
	readonly is_https: boolean;
	/** `host` or `host:port`, as the browser has it in its address bar; null where a request names none. */
	readonly host: string | null;
	/** The browser's own address: behind a trusted proxy the last one that it names, as earlier ones are claims. */
	address(): string;
};

/** Everything a request handler works with; nothing else reaches it. */
export type Deps = {
	store: Store;
	config: HttpConfig;
	log: Logger;
	now: () => Instant;
	randomBytes: (count: number) => Uint8Array;
	/** Lets real time pass; a simulation, which has a clock of its own, does not wait for it. */
	sleep?: (milliseconds: number) => Promise<unknown>;
	/** The disk of the database, where this server can see it. */
	disk?: DiskWatch;
	/** Counts what happens; absent unless the operator asks for it. */
	meter?: Meter;
};

/**
 * The headers that a request's reply will carry, collected while it is handled. They are a plain record,
 * because a reply that is made from one costs a third of a reply whose headers are set one by one.
 */
export type ReplyHeaders = Record<string, string>;

/** Hono's environment: what travels with one request. */
export type Env = {
	Bindings: Partial<HttpBindings>;
	Variables: {
		headers: ReplyHeaders;
		/** Who asks. */
		client: Client;
		request_id: string;
		/** The template of the path: what the log tells instead of the path, which holds the secret session id. */
		route: string;
		/** What the request was refused with. */
		problem?: ProblemCode;
		/** What the request was for the log, where its reply does not tell. */
		event?: SecurityEvent;
	};
};
