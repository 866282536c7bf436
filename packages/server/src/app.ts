import { setTimeout as sleep } from "node:timers/promises";
import { Hono } from "hono";
import type { Deps, Env } from "./http/context.ts";
import { mountDocs } from "./http/docs/mount.ts";
import { createApi, registerEndpoints } from "./http/endpoint.ts";
import { mountAnswers } from "./http/endpoints/answers.ts";
import { mountConsents } from "./http/endpoints/consents.ts";
import { mountContent } from "./http/endpoints/content.ts";
import { mountFeedback } from "./http/endpoints/feedback.ts";
import { mountHandOffs } from "./http/endpoints/hand-offs.ts";
import { mountHealth } from "./http/endpoints/health.ts";
import { mountLeaveOthers } from "./http/endpoints/leave-others.ts";
import { mountPrivacy } from "./http/endpoints/privacy.ts";
import { mountResendResults } from "./http/endpoints/resend-results.ts";
import { mountScores } from "./http/endpoints/scores.ts";
import { mountSessionLifecycle } from "./http/endpoints/session-lifecycle.ts";
import { mountSessionStream } from "./http/endpoints/session-stream.ts";
import { mountSessions } from "./http/endpoints/sessions.ts";
import { mountSettings } from "./http/endpoints/settings.ts";
import { mountStudents } from "./http/endpoints/students.ts";
import { identifyClient } from "./http/middleware/client.ts";
import { cors } from "./http/middleware/cors.ts";
import { meterRequests, mountMetrics } from "./http/middleware/metrics.ts";
import { refuseOtherHosts } from "./http/middleware/own-site.ts";
import { handleError, requestLog } from "./http/middleware/request-log.ts";
import { SECURITY_HEADERS, strictTransport } from "./http/middleware/security-headers.ts";
import { collectHeaders } from "./http/reply/reply.ts";
import { createBodyBudget } from "./http/request/body-budget.ts";
import { createBudgets } from "./http/request/budgets.ts";
import { createFailedAttemptLimiter } from "./http/request/rate-limits.ts";
import { mountStatic } from "./http/static.ts";

export type AppOptions = Deps & {
	/** The folder of the built pages; null where there is none. */
	web_root: string | null;
};

/** The whole HTTP side of the server. It opens nothing and listens nowhere. */
export function createApp({ web_root, ...deps }: AppOptions): Hono<Env> {
	const { config, meter } = deps;
	const app = new Hono<Env>();
	if (meter) app.use(meterRequests(meter));
	app.use(collectHeaders(SECURITY_HEADERS), requestLog(deps), identifyClient(deps));
	if (config.public_url) app.use(refuseOtherHosts(config.public_url));
	app.use(strictTransport(config.public_url ?? null), cors(config.cors_origins, deps));
	app.onError(handleError(deps));

	const api = createApi();
	const failedLookups = createFailedAttemptLimiter(config);
	const budgets = createBudgets(config);
	const limited = { ...deps, budgets };
	mountSessions(api, limited, failedLookups);
	mountSessionLifecycle(api, deps);
	mountHandOffs(api, limited, failedLookups);
	mountLeaveOthers(api, deps);
	mountSessionStream(api, deps);
	mountAnswers(api, limited);
	mountContent(api, deps);
	mountStudents(api, deps);
	mountResendResults(api, deps);
	mountScores(api, deps);
	mountFeedback(api, limited);
	mountSettings(api, deps);
	mountPrivacy(api, deps);
	mountConsents(api, deps);
	mountHealth(api, deps);
	mountDocs(app, api);
	if (meter) mountMetrics(app, meter);
	registerEndpoints(app, api, {
		failedLookups,
		budgets,
		bodies: createBodyBudget(config),
		sleep: deps.sleep ?? sleep,
		isFormer: async (session_id) => (await deps.store.sessions.findByFormer(session_id)) !== null,
	});
	mountStatic(app, web_root);
	return app;
}
