/**
 * The server's parts, in the order in which they are put together. The program does that in main.ts, and its
 * commands begin in cli.ts. Tests and benchmarks that put the parts together in their own way take them from
 * here.
 *
 * @example
 * const database = await openDatabase({ dialect: "sqlite", file: "carhythm.db" });
 * await prepareDatabase(database, { migrate_on_start: false }, console.log);
 * const store = createStore(database, { now, randomBytes, expiry_days: 30 });
 * const app = createApp({ store, config, log, now, randomBytes, web_root: null });
 */

// 5. The HTTP side: endpoints, the document that describes them, the pages.
export { createApp } from "./app.ts";
// 3. What a server needs before its first session: tables, and the assessments that ship.
export { readAssessmentFile } from "./assessments/read-file.ts";
// 4. The store: all that is asked of the database while sessions are served.
export { createStore } from "./db/create-store.ts";
// 1. An open database. No other part knows whether it is SQLite or PostgreSQL, but for the migrations.
export type { Database, DatabaseUrl } from "./db/dialect.ts";
export { openDatabase } from "./db/open.ts";
export type { Store } from "./db/store.ts";
export type { Env, HttpConfig } from "./http/context.ts";
// 2. Its tables, made and changed by numbered migrations. `upgrade` is what an operator runs: with a lock, a
// backup and a comparison.
export { migrateUp } from "./migrations/runner.ts";
export { upgrade } from "./migrations/upgrade.ts";
export { verify } from "./migrations/verify/verify.ts";
export { prepareDatabase } from "./prepare-database.ts";
