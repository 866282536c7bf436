import { Hono } from "hono";
import { mountAnswers } from "./http/answers.ts";
import { createApi, registerEndpoints } from "./http/api.ts";
import type { Deps, Env } from "./http/context.ts";
import { cors } from "./http/cors.ts";
import { mountDocs } from "./http/docs.ts";
import { createFailedLookups } from "./http/failed-lookups.ts";
import { mountFeedback } from "./http/feedback.ts";
import { mountHandOffs } from "./http/hand-offs.ts";
import { meterRequests, mountMetrics } from "./http/metrics.ts";
import { mountModules } from "./http/modules.ts";
import { collectHeaders } from "./http/reply.ts";
import { handleError, requestLog } from "./http/request-log.ts";
import { mountScores } from "./http/scores.ts";
import { SECURITY_HEADERS, strictTransport } from "./http/security-headers.ts";
import { mountSessionChanges } from "./http/session-changes.ts";
import { mountSessionEvents } from "./http/session-events.ts";
import { mountSessions } from "./http/sessions.ts";
import { mountSettings } from "./http/settings.ts";
import { mountStatic } from "./http/static.ts";
import { mountStudents } from "./http/students.ts";

export type AppOptions = Deps & {
	/** The folder of the built pages; null where there is none. */
	web_root: string | null;
};

/** The whole HTTP side of the server. It opens nothing and listens nowhere. */
export function createApp({ web_root, ...deps }: AppOptions): Hono<Env> {
	const { config, meter } = deps;
	const app = new Hono<Env>();
	if (meter) app.use(meterRequests(meter));
	app.use(
		collectHeaders(SECURITY_HEADERS),
		requestLog(deps),
		strictTransport(config.trust_proxy ?? false),
		cors(config.cors_origins),
	);
	app.onError(handleError(deps));

	const api = createApi();
	const failedLookups = createFailedLookups(config);
	mountSessions(api, deps);
	mountSessionChanges(api, deps);
	mountHandOffs(api, deps, failedLookups);
	mountSessionEvents(api, deps);
	mountAnswers(api, deps);
	mountModules(api, deps);
	mountStudents(api, deps);
	mountScores(api, deps);
	mountFeedback(api, deps);
	mountSettings(api, deps);
	mountDocs(app, api);
	if (meter) mountMetrics(app, meter);
	registerEndpoints(app, api, failedLookups);
	mountStatic(app, web_root);
	return app;
}
