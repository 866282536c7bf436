import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Hono } from "hono";
import { compress } from "hono/compress";
import * as z from "zod/mini";
import { docsFolder } from "../../paths.ts";
import type { Env } from "../context.ts";
import type { Api } from "../endpoint.ts";
import { describeApi, type OpenApiDocument } from "./openapi.ts";
import { docsPage } from "./page.ts";

/** The OpenAPI document and the page to browse it. */
export function mountDocs(app: Hono<Env>, api: Api): void {
	let described: OpenApiDocument | null = null;
	const document = () => {
		described ??= describeApi(api.endpoints);
		return described;
	};
	api.add({
		method: "get",
		path: "/api/v2/openapi.json",
		tag: "Service",
		summary: "This document",
		reply: { schema: z.looseObject({ openapi: z.literal("3.1.0") }), description: "OpenAPI 3.1" },
		problems: [],
		compress: true,
		handle: async () => ({ ok: true, body: { ...document() } }),
	});
	const read = (name: string) => readFileSync(join(docsFolder(), name), "utf8");
	const [style, script] = [read("docs.css"), read("docs.js")];
	const serve = (path: string, type: string, text: (origin: string) => string) =>
		app.get(path, compress(), (c) => {
			c.set("route", path);
			return c.body(text(new URL(c.req.url).origin), 200, {
				"Content-Type": `${type}; charset=utf-8`,
				"Cache-Control": "no-cache",
			});
		});
	serve("/docs", "text/html", (origin) => docsPage(document(), origin));
	serve("/docs/docs.css", "text/css", () => style);
	serve("/docs/docs.js", "text/javascript", () => script);
}
