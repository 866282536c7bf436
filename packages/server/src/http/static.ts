import { serveStatic } from "@hono/node-server/serve-static";
import type { Context, Hono, MiddlewareHandler } from "hono";
import { compress } from "hono/compress";
import { etag } from "hono/etag";
import type { Env } from "./context.ts";
import { problem } from "./reply/problem.ts";

/** What the build names by its content may be kept for ever. */
const HASHED = /^\/assets\/.+-[\w-]{8,}\.\w+$/;
const API = /^\/api(\/|$)/;
/**
 * A file or folder whose name begins with a dot is never served, nor is a source map; the serving of files
 * itself refuses `..`.
 */
const HIDDEN = /\/\.|\.map$/;

const NOT_FOUND_PAGE = page(
	"Nothing here",
	"There is no page at this address.",
	"لا توجد صفحة في هذا العنوان.",
	'<p><a href="/">CaRhythm</a></p>',
);
const NOT_BUILT_PAGE = page(
	"The pages are not built",
	"The API runs, but the pages for students are not built yet. Run: npm run build",
	"الواجهة البرمجية تعمل، لكن صفحات الطلاب لم تُبنَ بعد.",
	'<p><a href="/docs">API</a></p>',
);

/** The student's pages, where they are built. */
export function mountStatic(app: Hono<Env>, web_root: string | null): void {
	if (web_root === null) app.get("/", (c) => c.html(NOT_BUILT_PAGE));
	else app.get("*", guard, compress(), etag(), serveStatic<Env>({ root: web_root, precompressed: true }));
	app.notFound(notFound);
}

const guard: MiddlewareHandler<Env> = async (c, next) => {
	if (HIDDEN.test(c.req.path) || API.test(c.req.path)) return notFound(c);
	c.set("route", "static");
	await next();
	if (c.res.status >= 400) return;
	c.header("Cache-Control", HASHED.test(c.req.path) ? "public, max-age=31536000, immutable" : "no-cache");
};

function notFound(c: Context<Env>): Response | Promise<Response> {
	const isPage = /^(GET|HEAD)$/.test(c.req.method) && !API.test(c.req.path);
	return isPage
		? c.html(NOT_FOUND_PAGE, 404)
		: problem(c, { code: "not_found", detail: "There is nothing at this address." });
}

function page(title: string, english: string, arabic: string, more: string): string {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/docs/docs.css">
<title>${title} · CaRhythm</title>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${english}</p>
<p lang="ar" dir="rtl">${arabic}</p>
${more}
</main>
</body>
</html>
`;
}
